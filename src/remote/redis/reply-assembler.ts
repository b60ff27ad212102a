/**
 * Assembles the replies of Redis from the reads of a socket: a value that arrives in many reads becomes one block of bytes. A client
 * that gets a value in parts allocates several times its size, which soon causes a full garbage collection.
 *
 * Follows RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec) for replies that are one line or one bulk string.
 * Everything after a reply of another kind passes unchanged.
 */

/** The longest first line: `$` and digits, or a status. */
const longestLineBytes = 1024
const lineFeed = 10
const lineEndBytes = 2
const nullReply = '$-1\r\n'

export class ReplyAssembler {
  readonly #maxBytes: number
  /** The memory of the replies, which is reused. */
  #memory: Buffer = Buffer.alloc(0)
  /** The beginning of a reply whose length is not known yet. */
  #line: Buffer = Buffer.alloc(0)
  /** The current reply with room for all of it, and the number of bytes that have arrived. */
  #reply: { bytes: Buffer; filled: number } | undefined
  #passesAll = false

  /** `maxBytes`: a longer reply is not assembled. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Passes on each reply that these bytes complete. It does not share memory with `read`, and is valid until the next push. */
  push(read: Uint8Array, pass: (reply: Buffer) => void): void {
    let rest = read
    while (rest.length > 0 && !this.#passesAll) {
      rest = this.#reply ? this.#fill(this.#reply, rest) : this.#begin(rest)
      if (this.#reply && this.#reply.filled === this.#reply.bytes.length) {
        const { bytes } = this.#reply
        this.#reply = undefined
        pass(bytes)
      }
    }
    if (!this.#passesAll || this.#line.length + rest.length === 0) return
    pass(Buffer.concat([this.#line, rest]))
    this.#line = Buffer.alloc(0)
  }

  #fill(reply: { bytes: Buffer; filled: number }, read: Uint8Array): Uint8Array {
    const part = read.subarray(0, reply.bytes.length - reply.filled)
    reply.bytes.set(part, reply.filled)
    reply.filled += part.length
    return read.subarray(part.length)
  }

  /** Reads up to the end of the reply's first line, and returns the rest. */
  #begin(read: Uint8Array): Uint8Array {
    const at = read.indexOf(lineFeed)
    const end = at < 0 ? read.length : at + 1
    this.#line = Buffer.concat([this.#line, read.subarray(0, end)])
    const length = at < 0 ? 0 : lengthOf(this.#line)
    if (length === undefined || length > this.#maxBytes || this.#line.length > longestLineBytes) {
      this.#passesAll = true
    } else if (at >= 0) {
      if (this.#memory.length < length) this.#memory = Buffer.allocUnsafeSlow(length)
      this.#reply = { bytes: this.#memory.subarray(0, length), filled: 0 }
      this.#fill(this.#reply, this.#line)
      this.#line = Buffer.alloc(0)
    }
    return read.subarray(end)
  }
}

/** The length of a reply with this first line, in bytes; undefined for other kinds of replies. */
function lengthOf(line: Buffer): number | undefined {
  const text = line.toString('latin1')
  if (/^[+\-:].*\r\n$/.test(text) || text === nullReply) return line.length
  const digits = /^\$(\d+)\r\n$/.exec(text)?.[1]
  return digits === undefined ? undefined : line.length + Number(digits) + lineEndBytes
}
