/** Mishaps to order: requests that match are answered with a fault, or not at all. */

export type Mishap =
  /** 5xx, or any other bare status. */
  | { kind: 'status'; status: number }
  /** Discord's own no: `everyRefusal` lists those that exist. */
  | { kind: 'refusal'; status: number; code: number; message?: string }
  /** 429 as one bucket, as the whole app, or as the proxy in front (HTML, no rate-limit headers but Retry-After). */
  | { kind: 'too-many'; scope: 'bucket' | 'global' | 'cloudflare'; retryAfterMs: number }
  /**
   * 429 for the edits of one message that is older than an hour (30046) or was published (20028). The header states a second,
   * and the wait is in the body alone (discord-api-docs #6109; as a 429: aikaterna-cogs #302).
   */
  | { kind: 'edit-limit'; code: 30046 | 20028; retryAfterMs: number }
  /** The connection is cut before the request is looked at, or after it took effect. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** Taken and never answered: the caller's own timeout has to end it. It took effect or not. */
  | { kind: 'silence'; when: 'before' | 'after' }
  /** Larger than this is answered 413 / 40005. */
  | { kind: 'upload-limit'; bytes: number }

interface Order {
  matches: (method: string, path: string) => boolean
  mishap: Mishap
  left: number
}

export class Faults {
  readonly #orders: Order[] = []
  /** Looks at each request that no order is for: chance, where a test wants it. */
  choose: ((method: string, path: string) => Mishap | undefined) | undefined

  /**
   * `where` is matched against `METHOD /path`, e.g. /^PATCH .*messages/; Infinity times: until the returned function
   * is called.
   */
  order(where: RegExp, mishap: Mishap, times = 1): () => void {
    const order = {
      matches: (method: string, path: string) => where.test(`${method} ${path}`),
      mishap,
      left: times,
    }
    this.#orders.push(order)
    return () => {
      order.left = 0
    }
  }

  /** The mishap of this request, used up by asking. */
  take(method: string, path: string): Mishap | undefined {
    const order = this.#orders.find(each => each.left > 0 && each.matches(method, path))
    if (!order) return this.choose?.(method, path)
    order.left -= 1
    return order.mishap
  }

  clear(): void {
    this.#orders.length = 0
    this.choose = undefined
  }
}
