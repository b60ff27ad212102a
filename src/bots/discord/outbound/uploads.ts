/**
 * Packs a job's pictures for Discord: unchanged if they fit, otherwise compressed. No picture is omitted: if they do not fit, the
 * place counts as refused.
 */
import type { LRUCache } from 'lru-cache'
import sharp, { type Sharp } from 'sharp'
import type { JobView } from '../../../app/views/views.ts'
import { hourMs } from '../../../common/durations.ts'
import type { Clock } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import { extensionOf, pictureFileName } from '../../messages/file-name.ts'
import { altTextOf } from '../../messages/job-message.ts'
import { timedCache } from '../../timed-cache.ts'
import { type CallOutcome, refusals } from '../transport/api.ts'
import type { Post } from './messages.ts'

type File = Post['files'][number]

/** The pictures that have a file. `loss`: the note on the compression. */
export interface PackedPictures {
  files: File[]
  loss?: 'smaller'
}

/** The place to which files are sent. `statedBytes`: the size that Discord states for it. */
export interface UploadPlace {
  spaceId: string
  statedBytes?: number | undefined
}

/** 20 MiB since September 2026. Guilds may have more, and an interaction's own limit takes precedence. */
const defaultLimitBytes = 20 * 1024 * 1024
/** After a refusal each file must shrink by this factor; after four refusals 20 MiB become 2.6 MiB. */
const shrinkFactor = 0.6
const maxTries = 5

/** The side of a thumbnail: twice the size that Discord shows beside a text, for high-density screens. */
const thumbnailPx = 256

/** The recipes in order of increasing loss. */
const recipes: readonly { extension: string; pack(image: Sharp): Sharp; scale: number }[] = [
  { extension: 'webp', pack: image => image.webp({ quality: 95 }), scale: 1 },
  { extension: 'webp', pack: image => image.webp({ quality: 80 }), scale: 1 },
  { extension: 'jpg', pack: image => image.jpeg({ quality: 70, mozjpeg: true }), scale: 1 },
  { extension: 'jpg', pack: image => image.jpeg({ quality: 70, mozjpeg: true }), scale: 0.5 },
  { extension: 'jpg', pack: image => image.jpeg({ quality: 60, mozjpeg: true }), scale: 0.25 },
]

/** How long a refused size applies to other files of the same space, because limits change. */
const learnedForMs = hourMs
const maxLearned = 1000

/** The bytes of one of the job's pictures. */
export type BytesOf = (pictureId: string, job: JobView) => Promise<Uint8Array | undefined>

export class Pictures {
  readonly #bytesOf: BytesOf
  /** The size that each space refused although it was within the stated limit. */
  readonly #tooLargeBytes: LRUCache<string, number>

  constructor(bytesOf: BytesOf, clock: Clock) {
    this.#bytesOf = bytesOf
    this.#tooLargeBytes = timedCache(clock, { max: maxLearned, ttlMs: learnedForMs })
  }

  /**
   * Calls `send` with files that fit, and with smaller ones while Discord refuses them as too large. If none is small enough,
   * the refusal is the outcome: a result without its pictures did not arrive.
   */
  async send<T>(
    job: JobView,
    words: Words,
    { spaceId, statedBytes = defaultLimitBytes }: UploadPlace,
    send: (packed: PackedPictures) => Promise<CallOutcome<T>>,
  ): Promise<CallOutcome<T>> {
    let limitBytes = Math.min(statedBytes, this.#learnedLimit(spaceId))
    for (let tries = 1; tries <= maxTries; tries++) {
      const packed = await this.#pack(job, words, limitBytes)
      if (packed === undefined) return tooLarge
      const sent = await send(packed)
      const largest = Math.max(0, ...packed.files.map(({ bytes }) => bytes.length))
      if (sent.kind === 'done' || sent.code !== refusals.tooLarge || largest === 0) return sent
      this.#tooLargeBytes.set(spaceId, largest)
      limitBytes = Math.floor(largest * shrinkFactor)
    }
    return tooLarge
  }

  /** The first picture, small enough for a card; undefined where its file is gone. */
  async thumbnail(job: JobView, words: Words): Promise<File | undefined> {
    const [first] = job.pictures
    const whole = first && (await this.#bytesOf(first.id, job))
    if (!first || whole === undefined) return undefined
    const bytes = await sharp(whole)
      .resize({ width: thumbnailPx, height: thumbnailPx, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80 })
      .toBuffer()
    return { fileName: pictureFileName(first, 'webp'), altText: altTextOf(job, first, words), bytes }
  }

  #learnedLimit(spaceId: string): number {
    const tooLarge = this.#tooLargeBytes.get(spaceId)
    return tooLarge === undefined ? Number.MAX_SAFE_INTEGER : tooLarge - 1
  }

  /** The packed pictures of at most `limitBytes` each; undefined if a picture cannot be made as small as that. */
  async #pack(job: JobView, words: Words, limitBytes: number): Promise<PackedPictures | undefined> {
    const packed: PackedPictures = { files: [] }
    for (const picture of job.pictures) {
      const whole = await this.#bytesOf(picture.id, job)
      if (whole === undefined) continue
      const file = await fitting(whole, extensionOf(picture), limitBytes)
      if (file === undefined) return undefined
      if (file.bytes !== whole) packed.loss ??= 'smaller'
      const fileName = pictureFileName(picture, file.extension)
      packed.files.push({ fileName, altText: altTextOf(job, picture, words), bytes: file.bytes })
    }
    return packed
  }
}

const tooLarge = { kind: 'refused', code: refusals.tooLarge, status: 413 } as const

/** The first form with at most `limitBytes`; undefined if there is none. */
async function fitting(
  whole: Uint8Array,
  extension: string,
  limitBytes: number,
): Promise<{ bytes: Uint8Array; extension: string } | undefined> {
  if (whole.length <= limitBytes) return { bytes: whole, extension }
  const { width } = await sharp(whole).metadata()
  for (const recipe of recipes) {
    const image = sharp(whole).resize({ width: Math.max(1, Math.round(width * recipe.scale)) })
    const bytes = await recipe.pack(image).toBuffer()
    if (bytes.length <= limitBytes) return { bytes, extension: recipe.extension }
  }
  return undefined
}
