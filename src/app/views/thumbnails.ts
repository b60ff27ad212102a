/** Thumbnails of stored pictures: made when they are asked for, one at a time, and kept in memory up to a limit. */
import { LRUCache } from 'lru-cache'
import { encodeThumbnail } from '../../engine/image/thumbnail.ts'

/**
 * The longest sides. A page shows a picture of a set at most 272 CSS pixels wide (on a phone 160), which 512 fills on a screen with
 * two pixels each, or three. A lone picture is up to 704 wide; 1024 is what SDXL paints, so more pixels exist only after an upscale.
 */
export const thumbnailSidesPx = [512, 1024] as const
export type ThumbnailSidePx = (typeof thumbnailSidesPx)[number]

/** Room for about 300 of 1024 px, or 1,000 of 512 px. */
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

  /** Undefined when there is no such file. */
  async of(file: string, sidePx: ThumbnailSidePx): Promise<Uint8Array | undefined> {
    return this.#made.get(keyOf(file, sidePx)) ?? this.#inTurn(() => this.#make(file, sidePx))
  }

  /** Forgets what was made of files that are deleted. */
  drop(files: readonly string[]): void {
    for (const file of files) {
      for (const sidePx of thumbnailSidesPx) this.#made.delete(keyOf(file, sidePx))
      if (this.#making === file) this.#making = undefined
    }
  }

  /** One at a time: decoding uses the threads and processors that files and painting use too. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(task)
    this.#lastTurn = turn.catch(() => undefined)
    return turn
  }

  async #make(file: string, sidePx: ThumbnailSidePx): Promise<Uint8Array | undefined> {
    const key = keyOf(file, sidePx)
    // Several pages ask for a new picture at once: the first one's turn made it for all.
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
