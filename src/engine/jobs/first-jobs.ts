/**
 * The waiting people by the model of their first job, each list in the order of their turns. A person can only be served after the
 * people before in the same list, so the choice of the next job looks at one person per model.
 */
import { SortedList } from '../../common/collections/sorted-list.ts'
import { roundOf, type Share } from './fair-order.ts'
import type { QueuedJob } from './job-store.ts'

export class FirstJobs {
  readonly #byModel = new Map<string, SortedList<Share>>()
  #round = 0

  /** Begins a round, which changes the order of turns. */
  moveTo(round: number): void {
    if (round === this.#round) return
    this.#round = round
    for (const shares of this.#byModel.values()) shares.sort()
  }

  /** Adds a person, if they have a waiting job. A person must be removed before their first job or their round changes. */
  add(share: Share): void {
    const [first] = share.jobs
    if (!first) return
    const shares = this.#byModel.get(first.modelHash) ?? new SortedList((a, b) => this.#compare(a, b))
    this.#byModel.set(first.modelHash, shares)
    shares.add(share)
  }

  remove(share: Share): void {
    const [first] = share.jobs
    const shares = first && this.#byModel.get(first.modelHash)
    if (!shares) return
    shares.remove(share)
    if (shares.isEmpty) this.#byModel.delete(first.modelHash)
  }

  /**
   * The candidates for the next job: of each model, everybody up to the first person whose first job may start. People before that
   * person are included, because a later job of theirs may start.
   */
  *candidates(mayStart: (job: QueuedJob) => boolean): Iterable<Share> {
    for (const shares of this.#byModel.values()) {
      for (const share of shares) {
        yield share
        const [first] = share.jobs
        if (first && mayStart(first)) break
      }
    }
  }

  #compare(a: Share, b: Share): number {
    const rounds = roundOf(a, 0, this.#round) - roundOf(b, 0, this.#round)
    return rounds || (a.jobs[0]?.seq ?? 0) - (b.jobs[0]?.seq ?? 0)
  }
}
