/** The bits of a JPEG's coded data, read by Huffman tables. (ITU-T T.81, annexes C and F.) */

const longestCode = 16

/** Indexed by the next 16 bits: length and symbol of the code at their start, `length << 8 | symbol`; 0 if there is none. */
export type HuffmanTable = Uint16Array

/** `lengths`: the number of codes with 1, 2, … 16 bits. `symbols`: their symbols, in the order of the codes. */
export function huffmanTable(lengths: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = new Uint16Array(1 << longestCode)
  let at = 0
  let i = 0
  for (let length = 1; length <= longestCode; length++) {
    const width = 1 << (longestCode - length)
    for (let left = lengths[length - 1] ?? 0; left > 0 && at < table.length; left--) {
      table.fill((length << 8) | (symbols[i] ?? 0), at, at + width)
      at += width
      i += 1
    }
  }
  return table
}

export class HuffmanBits {
  /** The offset of the next unread byte. */
  at: number
  readonly #bytes: Uint8Array
  #bits = 0
  #count = 0

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  /** The symbol of the next code; undefined at the end of the data or if there is no such code. */
  symbol(table: HuffmanTable): number | undefined {
    this.#fill()
    const missing = longestCode - this.#count
    const next = missing > 0 ? this.#bits << missing : this.#bits >>> -missing
    const entry = table[next & 0xffff] ?? 0
    return entry !== 0 && this.#take(entry >> 8) ? entry & 0xff : undefined
  }

  /** Skips up to 16 bits; false if there are fewer. */
  skip(count: number): boolean {
    this.#fill()
    return this.#take(count)
  }

  /** Skips everything up to a restart marker, and the marker; false if there is none. */
  restart(): boolean {
    this.#count = 0
    while (this.at + 1 < this.#bytes.length) {
      const next = this.#bytes[this.at + 1] ?? 0
      if (this.#bytes[this.at] === 0xff && next !== 0 && next !== 0xff) {
        this.at += 2
        return next >= 0xd0 && next <= 0xd7
      }
      this.at += 1
    }
    return false
  }

  #take(count: number): boolean {
    if (count > this.#count) return false
    this.#count -= count
    return true
  }

  /** Buffers at least 16 bits, or all up to a marker or the end of the file. A stuffed 0 follows each data byte 0xff. */
  #fill(): void {
    while (this.#count < longestCode && this.at < this.#bytes.length) {
      const byte = this.#bytes[this.at] ?? 0
      if (byte === 0xff && this.#bytes[this.at + 1] !== 0) return
      this.at += byte === 0xff ? 2 : 1
      this.#bits = ((this.#bits << 8) | byte) & 0xffffff
      this.#count += 8
    }
  }
}
