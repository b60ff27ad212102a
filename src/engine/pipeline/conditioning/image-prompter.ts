/** Turns pictures into image prompts: opens IP-Adapters by name, and caches the results of recent pictures. */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { AppError } from '../../../errors/errors.ts'
import { decodeStoredPicture } from '../../image/decode.ts'
import type { FileRecord } from '../../models/file-record.ts'
import type { IpAdapter, UNet } from '../../networks/networks.ts'
import { openIpAdapter } from '../../networks/open/open-ip-adapter.ts'
import type { ResidentOptions } from '../../onnx/memory/residency.ts'
import type { FileReference } from '../../work-order.ts'
import { fileOf } from '../file-of.ts'
import { clipPixels, type ImageTokens, imageTokens } from './image-prompt.ts'

/** A picture as a prompt, with the adapter's weights. */
export interface AdaptedPicture extends ImageTokens {
  readonly adapter: IpAdapter
}

/** The maximum number of encoded pictures in memory: 4 to 16 tokens each, at most 130 kB. */
const maxCachedPictures = 32

type Parts = NonNullable<FileRecord['ipAdapter']>

export class ImagePrompter {
  readonly #files: readonly FileRecord[]
  readonly #options: ResidentOptions
  /** By adapter and picture. */
  readonly #cache = new LRUCache<string, AdaptedPicture>({ max: maxCachedPictures })

  constructor(files: readonly FileRecord[], options: ResidentOptions) {
    this.#files = files
    this.#options = options
  }

  /**
   * Encodes a picture file for the adapter. `file`: the bytes of the picture.
   * @throws AppError 'model-unknown' or 'model-changed' when a file is not the order's, 'model-config' when the U-Net does not match.
   */
  async adapt(
    { name, hash }: FileReference,
    file: Uint8Array,
    unet: UNet,
    onLoading: (name: string) => void,
  ): Promise<AdaptedPicture> {
    const key = `${hash}/${createHash('sha256').update(file).digest('hex')}`
    const known = this.#cache.get(key)
    if (known) return known
    const { ipAdapter } = fileOf('ip-adapter', { name, hash }, this.#files)
    if (!ipAdapter) throw new AppError('model-changed', { name })
    onLoading(name)
    const adapted = await this.#encode({ hash, ...ipAdapter }, file, unet)
    this.#cache.set(key, adapted)
    return adapted
  }

  /** The encoder is as large as a small model and is used once per picture, so it is not kept open. */
  async #encode(parts: Parts & { hash: string }, file: Uint8Array, unet: UNet): Promise<AdaptedPicture> {
    const open = await openIpAdapter(parts, unet, this.#options)
    try {
      const { adapter, encoder, projection } = open
      const pixels = clipPixels(await decodeStoredPicture(file), encoder.config.sidePx)
      return { adapter, ...(await imageTokens(encoder, projection, pixels)) }
    } finally {
      await open.close()
    }
  }
}
