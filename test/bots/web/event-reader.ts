/** Reads a stream of server-sent events as a browser does. */

export interface LiveEvent {
  event: string
  data: string
}

/** One event after the other. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = new TextDecoder()
  #text = ''

  constructor(response: Response) {
    if (!response.body) throw new Error('a stream without a body')
    this.#reader = response.body.getReader()
  }

  /** The next event, comments left out; undefined at the end of the stream. */
  async next(): Promise<LiveEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end >= 0) {
        const block = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        const field = (name: string) =>
          block
            .split('\n')
            .filter(line => line.startsWith(`${name}: `))
            .map(line => line.slice(name.length + 2))
            .join('\n')
        if (!block.startsWith(':')) return { event: field('event'), data: field('data') }
      } else {
        const { value, done } = await this.#reader.read()
        if (done) return undefined
        this.#text += this.#decoder.decode(value, { stream: true })
      }
    }
  }

  cancel(): Promise<void> {
    return this.#reader.cancel()
  }
}
