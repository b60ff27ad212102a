/** Mishaps to order: the next requests that match are answered with a fault, or the line goes dead. */

export type Mishap =
  /** 5xx, or any other bare status. */
  | { kind: 'status'; status: number }
  /** 429 as one bucket, as the whole app, or as the proxy in front (HTML, no rate-limit headers but Retry-After). */
  | { kind: 'too-many'; scope: 'bucket' | 'global' | 'cloudflare'; retryAfterMs: number }
  /** The connection is cut before the request is looked at, or after it took effect. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** Larger than this is answered 413 / 40005. */
  | { kind: 'upload-limit'; bytes: number }

interface Order {
  matches: (method: string, path: string) => boolean
  mishap: Mishap
  left: number
}

export class Faults {
  readonly #orders: Order[] = []

  /** `where` is matched against `METHOD /path`, e.g. /^PATCH .*messages/. */
  order(where: RegExp, mishap: Mishap, times = 1): void {
    this.#orders.push({ matches: (method, path) => where.test(`${method} ${path}`), mishap, left: times })
  }

  /** The mishap of this request, used up by asking. */
  take(method: string, path: string): Mishap | undefined {
    const order = this.#orders.find(each => each.left > 0 && each.matches(method, path))
    if (!order) return undefined
    order.left -= 1
    return order.mishap
  }

  clear(): void {
    this.#orders.length = 0
  }
}
