/** Watches a Redis that is in use: it tells each problem once, and when there is none any more. */
import type { RedisProblem } from '../../errors/redis-problem.ts'
import type { Clock } from '../../system/ports.ts'

/** The pause between two checks. */
const pauseMs = 2000

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
  /** A check runs, or ended less than the pause ago. */
  #isBusy = false
  /** Something happened since the last check began. */
  #isNoticed = false
  #isEnded = false
  #cancelPause: () => void = () => {}

  constructor(options: RedisWatchOptions) {
    this.#options = options
    this.#told = options.told?.what
  }

  /** Checks Redis soon: an error has appeared, or a connection has been made. Many errors are one check per pause. */
  notice(): void {
    this.#isNoticed = true
    if (!this.#isBusy && !this.#isEnded) void this.#look()
  }

  end(): void {
    this.#isEnded = true
    this.#cancelPause()
  }

  async #look(): Promise<void> {
    this.#isBusy = true
    this.#isNoticed = false
    const [problem] = await this.#options.look()
    if (this.#isEnded) return
    if (problem?.what !== this.#told) {
      this.#told = problem?.what
      this.#options.tell(problem)
    }
    this.#cancelPause = this.#options.clock.after(pauseMs, () => {
      this.#isBusy = false
      if (problem || this.#isNoticed) void this.#look()
    })
  }
}
