/**
 * The waiting people by the model of their first job, each list in the order of their turns. A person can only be served after the
 * people before in the same list, so the choice of the next job looks at one person per model.
 */
import { SortedList } from '../../common/collections/sorted-list.ts'
import { type PersonQueue, roundOf } from './fair-order.ts'
import type { QueuedJob } from './job-store.ts'

export class FirstJobs {
  readonly #byModel = new Map<string, SortedList<PersonQueue>>()
  #round = 0

  /** Begins a round, which changes the order of turns. */
  beginRound(round: number): void {
    if (round === this.#round) return
    this.#round = round
    for (const queues of this.#byModel.values()) queues.sort()
  }

  /** Adds a person, if they have a waiting job. A person must be removed before their first job or their round changes. */
  add(queue: PersonQueue): void {
    const [first] = queue.jobs
    if (!first) return
    const queues = this.#byModel.get(first.modelHash) ?? new SortedList((a, b) => this.#compare(a, b))
    this.#byModel.set(first.modelHash, queues)
    queues.add(queue)
  }

  remove(queue: PersonQueue): void {
    const [first] = queue.jobs
    const queues = first && this.#byModel.get(first.modelHash)
    if (!queues) return
    queues.remove(queue)
    if (queues.isEmpty) this.#byModel.delete(first.modelHash)
  }

  /**
   * The candidates for the next job: of each model, everybody up to the first person whose first job may start. People before that
   * person are included, because a later job of theirs may start.
   */
  *candidates(mayStart: (job: QueuedJob) => boolean): Iterable<PersonQueue> {
    for (const queues of this.#byModel.values()) {
      for (const queue of queues) {
        yield queue
        const [first] = queue.jobs
        if (first && mayStart(first)) break
      }
    }
  }

  #compare(a: PersonQueue, b: PersonQueue): number {
    const rounds = roundOf(a, 0, this.#round) - roundOf(b, 0, this.#round)
    return rounds || (a.jobs[0]?.seq ?? 0) - (b.jobs[0]?.seq ?? 0)
  }
}
