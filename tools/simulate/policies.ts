/**
 * Policies of the scheduler, each as what it hides from it or tells it of a job. The scheduler is the real one in all of them:
 * without people it is first come, first served, and without models it does not group.
 */
import type { QueuedJob } from '../../src/engine/jobs/job-store.ts'

export interface Policy {
  readonly name: string
  readonly summary: string
  /** The job as the scheduler gets to know it. */
  seen(job: QueuedJob): QueuedJob
}

/** One person in ten goes first, in the policy of that name. */
const prioritySharePeople = 10

export const policies: readonly Policy[] = [
  {
    name: 'easel',
    summary: 'as Easel schedules: rounds over people, in a round the jobs of loaded models first, then age',
    seen: job => job,
  },
  {
    name: 'ungrouped',
    summary: 'rounds over people, then age; models do not count',
    seen: job => ({ ...job, modelHash: '' }),
  },
  {
    name: 'first-come',
    summary: 'age alone: no rounds, no grouping',
    seen: job => ({ ...job, modelHash: '', personId: 0 }),
  },
  {
    name: 'models-first',
    summary: 'jobs of loaded models first, then age: grouping without rounds',
    seen: job => ({ ...job, personId: job.seq }),
  },
  {
    name: 'priority',
    summary: 'as Easel schedules, with a higher priority for one person in ten',
    seen: job => ({ ...job, priority: job.personId % prioritySharePeople === 0 ? 1 : 0 }),
  },
]
