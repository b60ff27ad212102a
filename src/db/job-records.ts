/** A job as it is stored, read back and checked. */
import { eq } from 'drizzle-orm'
import type { JobState } from '../engine/jobs/job.ts'
import type { Failure } from '../engine/jobs/store.ts'
import { type WorkOrder, workOrder } from '../engine/work-order.ts'
import type { Rows } from './client.ts'
import { conversation, type Identity, platform, readFailure, type StoredConversation } from './documents.ts'
import { jobs, people } from './schema.ts'

export interface JobRecord {
  seq: number
  id: string
  state: JobState
  personId: number
  author: Identity
  conversation: StoredConversation
  action: string
  promptAsTyped: string
  order: WorkOrder
  parent?: { pictureId: string; jobId: string }
  attempt: number
  failures: number
  crashes: number
  device?: string
  createdAt: number
  startedAt?: number
  finishedAt?: number
  failure?: Failure
  removed: boolean
}

export interface NewJob {
  id: string
  personId: number
  conversation: StoredConversation
  eventId: string
  eventIndex: number
  action: string
  promptAsTyped: string
  order: WorkOrder
  /** A failed job that was re-rolled has no picture. */
  parent?: { jobId: string; pictureId?: string }
  createdAt: number
}

/** Jobs with their authors, to be narrowed and ordered by the caller. */
export function selectJobs(rows: Rows) {
  return rows
    .select({ job: jobs, author: people })
    .from(jobs)
    .innerJoin(people, eq(people.id, jobs.personId))
    .$dynamic()
}

type Row = { job: typeof jobs.$inferSelect; author: typeof people.$inferSelect }

export function toRecord({ job, author }: Row): JobRecord {
  const { parentJobId, parentPictureId } = job
  return {
    seq: job.seq,
    id: job.id,
    state: job.state,
    personId: job.personId,
    author: {
      platform: platform.parse(author.platform),
      spaceId: author.spaceId,
      userId: author.userId,
      name: author.name,
    },
    conversation: conversation.parse(job.conversation),
    action: job.action,
    promptAsTyped: job.promptAsTyped,
    order: workOrder.parse(job.order),
    parent:
      parentJobId === null || parentPictureId === null
        ? undefined
        : { pictureId: parentPictureId, jobId: parentJobId },
    attempt: job.attempt,
    failures: job.failures,
    crashes: job.crashes,
    device: job.device ?? undefined,
    createdAt: job.createdAt,
    startedAt: job.startedAt ?? undefined,
    finishedAt: job.finishedAt ?? undefined,
    failure: readFailure(job.failureCode, job.failureDetails),
    removed: job.removedAt !== null,
  }
}

/** The order with every word that a person wrote taken out. */
export function withoutWords(order: WorkOrder): WorkOrder {
  if (order.kind === 'upscale') return { ...order, recipe: undefined }
  return { ...order, prompt: { positive: '', negative: null, clipSkip: order.prompt.clipSkip } }
}
