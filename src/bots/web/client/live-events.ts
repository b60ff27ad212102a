/** The source of the live stream's events, in a page or in the worker that pages share. */

/** Names of the stream's events; `lost` is a broken connection. */
const eventNames = ['sync', 'job', 'gone'] as const
export type StreamEventName = (typeof eventNames)[number] | 'lost'

/** An event with its data as JSON; a lost connection has none. */
export interface StreamEvent {
  readonly name: StreamEventName
  readonly data: string
}

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
