/**
 * The people who wait, by the model of their first job, in the order of their turns: whoever is behind another of the same
 * model cannot come before, so a choice among all looks at one person for each model.
 */
import { SortedList } from '../../common/collections/sorted-list.ts'
import { roundOf, type Share } from './fair-order.ts'
import type { QueuedJob } from './job-store.ts'

export class FirstJobs {
  readonly #byModel = new Map<string, SortedList<Share>>()
  #round = 0

  /** In a later round the turns are others. */
  moveTo(round: number): void {
    if (round === this.#round) return
    this.#round = round
    for (const shares of this.#byModel.values()) shares.sort()
  }

  /** Adds a person, if there is a job. Remove it before its first job or its round changes. */
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
   * Those who may come next: of each model all up to the first one whose first job may start. So a later job of somebody whose
   * first one may not start yet counts when nobody of that model comes before.
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
