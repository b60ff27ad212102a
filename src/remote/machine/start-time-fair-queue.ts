/**
 * Chooses the gateway whose run a shared device does next, by start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996). A run
 * of L ms of a gateway with weight w begins at a virtual time S and ends at F = S + L / w. The waiting run with the least S comes
 * next. Gateways that always have work therefore share the device in the ratio of their weights, and an idle gateway saves up
 * nothing.
 */
export class StartTimeFairQueue {
  /** S of the next run of each waiting gateway, in the order of arrival. */
  readonly #starts = new Map<string, number>()
  /** The last run of each gateway: the virtual time of its end, and its virtual length. */
  readonly #lastRuns = new Map<string, { finish: number; length: number }>()
  /** S of the current run, or of the last one. */
  #now = 0

  /** Adds a gateway with a waiting run. */
  arrive(gateway: string): void {
    if (!this.#starts.has(gateway)) this.#starts.set(gateway, this.#startOf(gateway))
  }

  /** Removes a gateway without waiting runs. */
  withdraw(gateway: string): void {
    this.#starts.delete(gateway)
  }

  /** The gateway whose run comes next; undefined if no run waits. */
  next(): string | undefined {
    let best: { gateway: string; start: number } | undefined
    for (const [gateway, start] of this.#starts) if (!best || start < best.start) best = { gateway, start }
    return best?.gateway
  }

  /** Records that the gateway's run begins. */
  begin(gateway: string): void {
    this.#now = this.#starts.get(gateway) ?? this.#startOf(gateway)
    this.#starts.delete(gateway)
  }

  /** Records how long the last run used the device. */
  end(gateway: string, usedMs: number, weight: number): void {
    const length = usedMs / weight
    this.#lastRuns.set(gateway, { finish: this.#now + length, length })
  }

  /** Whether a new run of this gateway would come before all waiting runs. The margin is half a run, because run times vary. */
  wouldComeFirst(gateway: string): boolean {
    const last = this.#lastRuns.get(gateway)
    if (!last || this.#starts.size === 0 || this.#starts.has(gateway)) return false
    return last.finish + last.length / 2 < Math.min(...this.#starts.values())
  }

  /** Forgets the gateway. */
  forget(gateway: string): void {
    this.#starts.delete(gateway)
    this.#lastRuns.delete(gateway)
  }

  #startOf(gateway: string): number {
    return Math.max(this.#now, this.#lastRuns.get(gateway)?.finish ?? 0)
  }
}
