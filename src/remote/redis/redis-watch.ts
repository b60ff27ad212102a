/** Checks a Redis that is in use: reports each problem once, and the end of the last one. */
import type { RedisProblem } from '../../errors/redis-problem.ts'
import type { Clock } from '../../system/ports.ts'

/** The pause between two checks. */
const pauseMs = 2000

export interface RedisWatchOptions {
  clock: Clock
  /** The problem that was reported before. */
  reported: RedisProblem | undefined
  check(): Promise<readonly RedisProblem[]>
  /** Called when the problem changes; undefined if Redis can be used. */
  report(problem: RedisProblem | undefined): void
}

export class RedisWatch {
  readonly #options: RedisWatchOptions
  #reported: RedisProblem['what'] | undefined
  /** Whether a check runs, or ended less than the pause ago. */
  #isBusy = false
  /** Whether a check was requested since the last one began. */
  #isRequested = false
  #isEnded = false
  #cancelPause: () => void = () => {}

  constructor(options: RedisWatchOptions) {
    this.#options = options
    this.#reported = options.reported?.what
  }

  /** Requests a check, after an error or a new connection. Many requests cause one check per pause. */
  requestCheck(): void {
    this.#isRequested = true
    if (!this.#isBusy && !this.#isEnded) void this.#check()
  }

  end(): void {
    this.#isEnded = true
    this.#cancelPause()
  }

  async #check(): Promise<void> {
    this.#isBusy = true
    this.#isRequested = false
    const [problem] = await this.#options.check()
    if (this.#isEnded) return
    if (problem?.what !== this.#reported) {
      this.#reported = problem?.what
      this.#options.report(problem)
    }
    this.#cancelPause = this.#options.clock.after(pauseMs, () => {
      this.#isBusy = false
      if (problem || this.#isRequested) void this.#check()
    })
  }
}
