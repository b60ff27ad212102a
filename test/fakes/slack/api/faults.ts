/** What may go wrong in the fake Slack, set by tests. */

/** An error code of Slack's (`internal_error`), an HTTP status (503), or what happens to the connection. */
export type Failure =
  | string
  | number
  /** The connection ends without an answer: before the call was looked at, or after it took effect. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /**
   * A page of something in front of Slack, instead of Slack's JSON; a 429 of it names no time, or one in any form of the header:
   * a date too (RFC 9110, 10.2.3).
   */
  | { kind: 'page'; status: 200 | 429; retryAfter?: string }
  /** No answer ever comes: the caller's own timeout has to end it. */
  | { kind: 'silence'; when: 'before' | 'after' }
  /** It takes effect at once, and the answer takes so long on the fake's clock. */
  | { kind: 'slow'; ms: number }

export class FakeFaults {
  /** How long an uploaded file stays unprocessed, on the fake clock; Infinity: for ever. */
  processingMs = 0
  /**
   * How long it takes until an uploaded file is in its conversation, on the fake clock; Infinity: it never is. Slack
   * says ok before that, and the message comes later (bolt-js #2115, python-slack-sdk #1277), or never (centaur #311).
   */
  sharingMs = 0
  /**
   * Whether an image block may show a file that is shared nowhere but belongs to the app. Reports differ (java-slack-sdk
   * #1349 says yes, bolt-python #1251 says no), so Easel must live with both.
   */
  acceptsUnsharedFiles = false
  /** Looks at each call that no failure was planned for: chance, where a test wants it. */
  choose: ((method: string, args: Record<string, unknown>) => Failure | undefined) | undefined
  /** The next calls of a method answer these instead. */
  readonly #planned = new Map<string, Failure[]>()
  readonly #standing: { method: string | undefined; failure: Failure }[] = []

  /** The next call of `method` fails with an error code (`internal_error`), a status (503), or without an answer. */
  failNext(method: string, ...failures: Failure[]): void {
    this.#planned.set(method, [...(this.#planned.get(method) ?? []), ...failures])
  }

  /** Every call of a method, or of all methods, fails so until the returned function is called. */
  failAlways(method: string | undefined, failure: Failure): () => void {
    const standing = { method, failure }
    this.#standing.push(standing)
    return () => {
      this.#standing.splice(this.#standing.indexOf(standing), 1)
    }
  }

  take(method: string, args: Record<string, unknown> = {}): Failure | undefined {
    const planned = this.#planned.get(method)?.shift()
    const standing = this.#standing.find(each => each.method === undefined || each.method === method)
    return planned ?? standing?.failure ?? this.choose?.(method, args)
  }
}
