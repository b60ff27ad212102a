/** The open ControlNets of a worker: those of the current order, which stay open until an order needs others. */
import { AppError } from '../../../errors/errors.ts'
import type { FileRecord } from '../../models/file-record.ts'
import type { ControlNet, UNet } from '../../networks/networks.ts'
import { openControlNet } from '../../networks/open/open-controlnet.ts'
import type { ResidentOptions } from '../../onnx/memory/residency.ts'
import type { FileReference } from '../../work-order.ts'
import { fileOf } from '../file-of.ts'

export class ControlNets {
  readonly #files: readonly FileRecord[]
  readonly #options: ResidentOptions
  /** By the hash of the ControlNet. */
  readonly #opened = new Map<string, ControlNet>()

  constructor(files: readonly FileRecord[], options: ResidentOptions) {
    this.#files = files
    this.#options = options
  }

  /**
   * Opens all ControlNets of an order for that U-Net. Those of other orders are closed first.
   * @throws AppError 'model-unknown' or 'model-changed' when a file is not the order's, 'model-config' when the U-Net does not match.
   */
  async open(
    references: readonly FileReference[],
    unet: UNet,
    onLoading: (name: string) => void,
  ): Promise<ControlNet[]> {
    const nets: ControlNet[] = []
    for (const reference of references) {
      nets.push(
        this.#opened.get(reference.hash) ?? (await this.#load(reference, references, unet, onLoading)),
      )
    }
    return nets
  }

  async close(): Promise<void> {
    for (const net of this.#opened.values()) await net.close()
    this.#opened.clear()
  }

  async #load(
    { name, hash }: FileReference,
    needed: readonly FileReference[],
    unet: UNet,
    onLoading: (name: string) => void,
  ): Promise<ControlNet> {
    const network = fileOf('controlnet', { name, hash }, this.#files).controlNet
    if (!network) throw new AppError('model-changed', { name })
    for (const [other, net] of this.#opened) {
      if (needed.some(reference => reference.hash === other)) continue
      this.#opened.delete(other)
      await net.close()
    }
    onLoading(name)
    const net = await openControlNet(network, unet, this.#options)
    this.#opened.set(hash, net)
    return net
  }
}
