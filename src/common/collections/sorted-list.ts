/** A sorted list in chunks: a change moves the items of one chunk, not all that follow. */
import { positionIn } from './position-in.ts'

/** The maximum number of items of a chunk; a longer chunk is split in two. */
const maxItems = 512

export class SortedList<T> {
  /** Each chunk is sorted and before the next one. None is empty. */
  #chunks: T[][] = []
  readonly #compare: (a: T, b: T) => number

  /** `compare` is negative when `a` comes before `b`. */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const chunk of this.#chunks) yield* chunk
  }

  /** Adds an item before items that compare as equal. */
  add(item: T): void {
    const [index, chunk] = this.#chunkOf(item)
    if (!chunk) {
      this.#chunks.push([item])
      return
    }
    chunk.splice(positionIn(chunk, item, this.#compare), 0, item)
    if (chunk.length > maxItems) this.#chunks.splice(index, 1, ...halves(chunk))
  }

  /** Removes the first item that compares as equal, if there is one. */
  remove(item: T): void {
    const [index, chunk = []] = this.#chunkOf(item)
    const position = positionIn(chunk, item, this.#compare)
    const found = chunk[position]
    if (found === undefined || this.#compare(found, item) !== 0) return
    chunk.splice(position, 1)
    if (chunk.length === 0) this.#chunks.splice(index, 1)
  }

  /** Sorts the list again, after the order of its items has changed. */
  sort(): void {
    const items = [...this].sort(this.#compare)
    this.#chunks = []
    for (let from = 0; from < items.length; from += maxItems)
      this.#chunks.push(items.slice(from, from + maxItems))
  }

  /** The first chunk whose last item is not before the item; otherwise the last chunk. */
  #chunkOf(item: T): [number, T[] | undefined] {
    const chunks = this.#chunks
    let from = 0
    let to = chunks.length - 1
    while (from < to) {
      const middle = (from + to) >> 1
      const last = chunks[middle]?.at(-1)
      if (last !== undefined && this.#compare(last, item) < 0) from = middle + 1
      else to = middle
    }
    return [from, chunks[from]]
  }
}

function halves<T>(chunk: readonly T[]): T[][] {
  const middle = chunk.length >> 1
  return [chunk.slice(0, middle), chunk.slice(middle)]
}
