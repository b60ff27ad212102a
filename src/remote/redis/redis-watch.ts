/** Watches a Redis that is in use: it tells each problem once, and when there is none any more. */
import type { RedisProblem } from '../../errors/redis-problem.ts'
import type { Clock } from '../../system/ports.ts'

/** The pause between two checks of a Redis with a problem. */
const againMs = 2000

export interface RedisWatchOptions {
  clock: Clock
  /** The problem that is already told. */
  told: RedisProblem | undefined
  look(): Promise<readonly RedisProblem[]>
  tell(problem: RedisProblem | undefined): void
}

export class RedisWatch {
  readonly #options: RedisWatchOptions
  #told: RedisProblem['what'] | undefined
  #isLooking = false
  #isEnded = false
  #cancelAgain: () => void = () => {}

  constructor(options: RedisWatchOptions) {
    this.#options = options
    this.#told = options.told?.what
  }

  /** Checks Redis soon: an error has appeared, or a connection has been made. */
  notice(): void {
    if (this.#isLooking || this.#isEnded) return
    this.#isLooking = true
    this.#cancelAgain()
    void this.#look()
  }

  end(): void {
    this.#isEnded = true
    this.#cancelAgain()
  }

  async #look(): Promise<void> {
    const [problem] = await this.#options.look()
    this.#isLooking = false
    if (this.#isEnded) return
    if (problem?.what !== this.#told) {
      this.#told = problem?.what
      this.#options.tell(problem)
    }
    if (problem) this.#cancelAgain = this.#options.clock.after(againMs, () => this.notice())
  }
}
