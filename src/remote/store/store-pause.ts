/** The pause of a store that failed, in which results travel through Redis, and the reports of its failures to operators. */
import { hasCode } from '../../errors/errors.ts'
import type { StoreProblem } from '../../errors/store-problem.ts'
import type { Clock } from '../../system/ports.ts'

/** Without the pause each result would wait for the store that fails. */
const pauseMs = 300_000

/** Called when the store fails, and with undefined when it works again. */
export type ReportStore = (problem: StoreProblem | undefined) => void

export class StorePause {
  readonly #clock: Clock
  readonly #report: ReportStore
  /** The end of the pause, on the monotonic clock. */
  #untilMs = Number.NEGATIVE_INFINITY
  /** The reported problem that has not ended. */
  #reported: StoreProblem['what'] | undefined

  constructor(clock: Clock, report: ReportStore = () => {}) {
    this.#clock = clock
    this.#report = report
  }

  /** The rest of the pause; 0 if the store may be used. */
  get leftMs(): number {
    return Math.max(0, this.#untilMs - this.#clock.monotonicMs())
  }

  /** Begins a pause. The same problem is reported once. */
  fail(error: unknown): void {
    this.#untilMs = this.#clock.monotonicMs() + pauseMs
    const problem = hasCode(error, 'store') ? error.details.problem : ({ what: 'damaged' } as const)
    if (problem.what === this.#reported) return
    this.#reported = problem.what
    this.#report(problem)
  }

  /** Reports that the store works again, if a problem was reported. During the pause the success is of an earlier request. */
  succeed(): void {
    if (this.#reported === undefined || this.leftMs > 0) return
    this.#reported = undefined
    this.#report(undefined)
  }
}
