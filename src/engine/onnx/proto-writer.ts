/** Writes protobuf's wire format into one growing buffer: a field is a tag and a varint, four bytes, or a length and bytes. */

// Wire types (protobuf.dev/programming-guides/encoding).
const wireVarint = 0
const wireBytes = 2
const wireFixed32 = 5

/** A varint has at most ten bytes: 64 bits, seven in each. */
const longestVarint = 10

export class ProtoWriter {
  #buffer = Buffer.allocUnsafe(64 * 1024)
  #length = 0

  /** The written bytes. The writer must not be used afterwards. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  /** value: a safe integer; a negative one is written as 64-bit two's complement. */
  int(field: number, value: number): void {
    this.#tag(field, wireVarint)
    if (value >= 0) this.#varint(value)
    else this.#bigVarint(BigInt.asUintN(64, BigInt(value)))
  }

  float(field: number, value: number): void {
    this.#tag(field, wireFixed32)
    this.#reserve(4)
    this.#length = this.#buffer.writeFloatLE(value, this.#length)
  }

  text(field: number, value: string): void {
    const length = Buffer.byteLength(value)
    this.#tag(field, wireBytes)
    this.#varint(length)
    this.#reserve(length)
    this.#length += this.#buffer.write(value, this.#length)
  }

  data(field: number, bytes: Uint8Array): void {
    this.#tag(field, wireBytes)
    this.#varint(bytes.length)
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** A message inside the message: `write` adds its fields. */
  nested(field: number, write: () => void): void {
    this.#tag(field, wireBytes)
    const start = this.#length
    write()
    // The length comes before the fields and is known after them.
    const length = this.#length - start
    this.#varint(length)
    const head = Uint8Array.from(this.#buffer.subarray(start + length, this.#length))
    this.#buffer.copyWithin(start + head.length, start, start + length)
    this.#buffer.set(head, start)
  }

  #tag(field: number, wireType: number): void {
    this.#varint((field << 3) | wireType)
  }

  /** Seven bits per byte, lowest first; the highest bit says that more bytes follow. */
  #varint(value: number): void {
    this.#reserve(longestVarint)
    let rest = value
    while (rest > 127) {
      this.#buffer[this.#length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.#buffer[this.#length++] = rest
  }

  #bigVarint(value: bigint): void {
    this.#reserve(longestVarint)
    let rest = value
    while (rest > 127n) {
      this.#buffer[this.#length++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    this.#buffer[this.#length++] = Number(rest)
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, needed))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}
