/** The source of the live stream's events, in a page or in the worker that pages share. */
import type { LiveEvents, StreamEvent } from '../protocol.ts'

const eventNames = ['sync', 'job', 'gone'] as const satisfies readonly (keyof LiveEvents)[]

/** The delay after a response on which a browser stops reconnecting. */
const reconnectMs = 2000

/** Connects, and connects again after each loss. */
export class LiveEventSource {
  readonly #url: string
  readonly #take: (event: StreamEvent) => void
  #stream: EventSource | undefined

  constructor(url: string, take: (event: StreamEvent) => void) {
    this.#url = url
    this.#take = take
    this.#connect()
  }

  get isConnected(): boolean {
    return this.#stream?.readyState === EventSource.OPEN
  }

  #connect(): void {
    const stream = new EventSource(this.#url)
    this.#stream = stream
    for (const name of eventNames) {
      stream.addEventListener(name, ({ data }: MessageEvent<string>) => this.#take({ name, data }))
    }
    stream.addEventListener('error', () => {
      this.#take({ name: 'lost', data: '' })
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => this.#connect(), reconnectMs)
    })
  }
}
