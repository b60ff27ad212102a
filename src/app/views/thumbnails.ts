/** Thumbnails of stored pictures: made on demand, one at a time, and kept in memory up to a limit. */
import { LRUCache } from 'lru-cache'
import { encodeThumbnail } from '../../engine/image/thumbnail.ts'

/**
 * The longest sides. A page shows a picture of a set at most 272 CSS pixels wide (on a phone 160), which 512 fills on a screen with
 * two pixels each, or three. A lone picture is up to 704 wide; 1024 is what SDXL paints, so more pixels exist only after an upscale.
 */
export const thumbnailSidesPx = [512, 1024] as const
export type ThumbnailSidePx = (typeof thumbnailSidesPx)[number]

/** The default limit: about 300 thumbnails of 1024 px, or 1,000 of 512 px. */
const defaultLimitBytes = 32_000_000

export class Thumbnails {
  readonly #read: (file: string) => Promise<Uint8Array | undefined>
  readonly #made: LRUCache<string, Uint8Array>
  #lastTurn: Promise<unknown> = Promise.resolve()
  /** The file whose thumbnail is being made, unless it was deleted since. */
  #making: string | undefined

  /** `read`: a stored file; undefined when there is none. */
  constructor(read: (file: string) => Promise<Uint8Array | undefined>, limitBytes = defaultLimitBytes) {
    this.#read = read
    this.#made = new LRUCache({ maxSize: limitBytes, sizeCalculation: ({ length }) => length })
  }

  get keptBytes(): number {
    return this.#made.calculatedSize
  }

  /** The thumbnail as WebP; undefined if there is no such file. */
  async of(file: string, sidePx: ThumbnailSidePx): Promise<Uint8Array | undefined> {
    return this.#made.get(keyOf(file, sidePx)) ?? this.#inTurn(() => this.#make(file, sidePx))
  }

  /** Drops the thumbnails of deleted files. */
  drop(files: readonly string[]): void {
    for (const file of files) {
      for (const sidePx of thumbnailSidesPx) this.#made.delete(keyOf(file, sidePx))
      if (this.#making === file) this.#making = undefined
    }
  }

  /** Runs the tasks one at a time, because decoding competes with files and painting for threads and processors. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(task)
    this.#lastTurn = turn.catch(() => undefined)
    return turn
  }

  async #make(file: string, sidePx: ThumbnailSidePx): Promise<Uint8Array | undefined> {
    const key = keyOf(file, sidePx)
    // An earlier task may have made it, because several pages request a new picture at once.
    const known = this.#made.get(key)
    if (known) return known
    this.#making = file
    const picture = await this.#read(file)
    const thumbnail = picture && (await encodeThumbnail(picture, sidePx))
    if (thumbnail && this.#making === file) this.#made.set(key, thumbnail)
    return thumbnail
  }
}

function keyOf(file: string, sidePx: ThumbnailSidePx): string {
  return `${sidePx} ${file}`
}
