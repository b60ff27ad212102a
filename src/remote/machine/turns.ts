/**
 * Decides whose run a shared device does next, as start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996). A run of L ms of a
 * gateway with weight w begins at a virtual time S and ends at F = S + L / w; the next run of all that wait is the one with
 * the least S. So the shares of gateways that always have work are as their weights, and nobody saves up turns while idle.
 */
export class Turns {
  /** Virtual times at which the next runs of the waiting gateways begin, in the order in which they came. */
  readonly #starts = new Map<string, number>()
  /** Of each gateway's last run: the virtual time of its end, and its virtual length. */
  readonly #lastRuns = new Map<string, { finish: number; length: number }>()
  /** S of the run that is done now, or was last. */
  #now = 0

  /** The gateway has a run that waits. */
  arrive(gateway: string): void {
    if (!this.#starts.has(gateway)) this.#starts.set(gateway, this.#startOf(gateway))
  }

  /** None of its runs waits any more. */
  withdraw(gateway: string): void {
    this.#starts.delete(gateway)
  }

  /** Undefined where nobody waits. */
  next(): string | undefined {
    let best: { gateway: string; start: number } | undefined
    for (const [gateway, start] of this.#starts) if (!best || start < best.start) best = { gateway, start }
    return best?.gateway
  }

  begin(gateway: string): void {
    this.#now = this.#starts.get(gateway) ?? this.#startOf(gateway)
    this.#starts.delete(gateway)
  }

  /** The run that began last used the device for so long. */
  end(gateway: string, usedMs: number, weight: number): void {
    const length = usedMs / weight
    this.#lastRuns.set(gateway, { finish: this.#now + length, length })
  }

  /** Whether it would come before all that wait, if it had work; by half a run at least, since times vary. */
  isOwed(gateway: string): boolean {
    const last = this.#lastRuns.get(gateway)
    if (!last || this.#starts.size === 0 || this.#starts.has(gateway)) return false
    return last.finish + last.length / 2 < Math.min(...this.#starts.values())
  }

  /** The gateway is gone. */
  forget(gateway: string): void {
    this.#starts.delete(gateway)
    this.#lastRuns.delete(gateway)
  }

  #startOf(gateway: string): number {
    return Math.max(this.#now, this.#lastRuns.get(gateway)?.finish ?? 0)
  }
}
