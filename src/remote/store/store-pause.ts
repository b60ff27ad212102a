/** The pause of a store that failed, in which results travel through Redis, and what operators are told of the store. */
import { hasCode } from '../../errors/errors.ts'
import type { StoreProblem } from '../../errors/store-problem.ts'
import type { Clock } from '../../system/ports.ts'

/** Without the pause each result would wait for the store that fails. */
const pauseMs = 300_000

/** Called when the store fails, and with undefined when it works again. */
export type TellOfStore = (problem: StoreProblem | undefined) => void

export class StorePause {
  readonly #clock: Clock
  readonly #tell: TellOfStore
  /** The end of the pause, on the monotonic clock. */
  #untilMs = Number.NEGATIVE_INFINITY
  /** The problem that was told and has not ended. */
  #told: StoreProblem['what'] | undefined

  constructor(clock: Clock, tell: TellOfStore = () => {}) {
    this.#clock = clock
    this.#tell = tell
  }

  /** The rest of the pause; 0 if the store may be used. */
  get leftMs(): number {
    return Math.max(0, this.#untilMs - this.#clock.monotonicMs())
  }

  /** Begins a pause. The same problem is told once. */
  fail(error: unknown): void {
    this.#untilMs = this.#clock.monotonicMs() + pauseMs
    const problem = hasCode(error, 'store') ? error.details.problem : ({ what: 'damaged' } as const)
    if (problem.what === this.#told) return
    this.#told = problem.what
    this.#tell(problem)
  }

  succeed(): void {
    if (this.#told === undefined) return
    this.#told = undefined
    this.#tell(undefined)
  }
}
