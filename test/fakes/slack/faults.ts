/** What may go wrong in the fake Slack, set by tests. */

export class FakeFaults {
  /** How long an uploaded file stays unprocessed, on the fake clock; Infinity: for ever. */
  processingMs = 0
  /**
   * Whether an image block may show a file that is shared nowhere but belongs to the app. Reports differ (java-slack-sdk
   * #1349 says yes, bolt-python #1251 says no), so Easel must live with both.
   */
  acceptsUnsharedFiles = false
  /** The next calls of a method answer these instead: an error of Slack's, or an HTTP status. */
  readonly #planned = new Map<string, (string | number)[]>()

  /** The next call of `method` fails with an error code (`internal_error`) or a status (503). */
  failNext(method: string, ...failures: (string | number)[]): void {
    this.#planned.set(method, [...(this.#planned.get(method) ?? []), ...failures])
  }

  take(method: string): string | number | undefined {
    return this.#planned.get(method)?.shift()
  }
}
