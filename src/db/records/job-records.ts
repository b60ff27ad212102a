/** Reads and checks stored jobs. */
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { type JobState, jobStates } from '../../engine/jobs/job.ts'
import type { Failure } from '../../engine/jobs/job-store.ts'
import { type CountMemory, countNothing, jobSizeOf } from '../../engine/jobs/times/job-size.ts'
import { type WorkOrder, workOrder } from '../../engine/work-order.ts'
import type { QueryBuilder } from '../client.ts'
import {
  conversation,
  type Identity,
  platform,
  readFailure,
  type StoredConversation,
} from '../repositories/documents.ts'
import { jobs } from '../schema/jobs.ts'
import { people } from '../schema/people.ts'
import { type IdentityRow, identityColumns } from './identity-columns.ts'

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
  /** A cancel was requested while the job was running. */
  cancelRequested: boolean
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
  /** The parent has no picture if it failed and was re-rolled. */
  parent?: { jobId: string; pictureId?: string }
  createdAt: number
}

/** The columns that a record needs. Each further column would be read, and its JSON parsed, six times a job. */
const recordColumns = {
  seq: jobs.seq,
  id: jobs.id,
  state: jobs.state,
  personId: jobs.personId,
  conversation: jobs.conversation,
  action: jobs.action,
  promptAsTyped: jobs.promptAsTyped,
  order: jobs.order,
  parentJobId: jobs.parentJobId,
  parentPictureId: jobs.parentPictureId,
  attempt: jobs.attempt,
  failures: jobs.failures,
  crashes: jobs.crashes,
  device: jobs.device,
  createdAt: jobs.createdAt,
  startedAt: jobs.startedAt,
  finishedAt: jobs.finishedAt,
  failureCode: jobs.failureCode,
  failureDetails: jobs.failureDetails,
  cancelRequestedAt: jobs.cancelRequestedAt,
  removedAt: jobs.removedAt,
}

/** Jobs with their authors; the caller adds conditions and an order. */
export function selectJobs(query: QueryBuilder) {
  return query
    .select({ job: recordColumns, author: identityColumns })
    .from(jobs)
    .innerJoin(people, eq(people.id, jobs.personId))
    .$dynamic()
}

interface JobWithAuthor {
  job: Pick<typeof jobs.$inferSelect, keyof typeof recordColumns>
  author: IdentityRow
}

/** The columns that can contain any text. */
const documents = z.object({
  state: z.enum(jobStates),
  platform,
  conversation,
  order: workOrder,
})

export interface JobReaderParts {
  /** Called once for each job whose row cannot be read, with the problem. */
  onUnreadable?: (jobId: string, problem: string) => void
  /** Counts the memory that an order needs; absent: the need is unknown. */
  countMemory?: CountMemory
}

/** Reads rows of the jobs table. It skips an unreadable row and reports it once. */
export class JobReader {
  readonly #onUnreadable: (jobId: string, problem: string) => void
  readonly #countMemory: CountMemory
  readonly #reported = new Set<string>()

  constructor({ onUnreadable = () => {}, countMemory = countNothing }: JobReaderParts = {}) {
    this.#onUnreadable = onUnreadable
    this.#countMemory = countMemory
  }

  /** The properties of an order that the queue and the choice of a device use. */
  sizeOf(order: WorkOrder): ReturnType<typeof jobSizeOf> {
    return jobSizeOf(order, this.#countMemory)
  }

  readAll(found: readonly JobWithAuthor[]): JobRecord[] {
    return found.flatMap(row => this.read(row) ?? [])
  }

  read({ job, author }: JobWithAuthor): JobRecord | undefined {
    const { state, conversation, order } = job
    const parsed = documents.safeParse({ state, conversation, order, platform: author.platform })
    if (!parsed.success) {
      this.#report(job.id, parsed.error)
      return undefined
    }
    const { spaceId, userId, name } = author
    const { parentJobId, parentPictureId } = job
    // The fields are named one by one: V8 is many times slower at rest properties and spreads, and this runs ten times a job.
    return {
      seq: job.seq,
      id: job.id,
      state: parsed.data.state,
      personId: job.personId,
      author: { platform: parsed.data.platform, spaceId, userId, name },
      conversation: parsed.data.conversation,
      order: parsed.data.order,
      action: job.action,
      promptAsTyped: job.promptAsTyped,
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
      cancelRequested: job.cancelRequestedAt !== null,
      removed: job.removedAt !== null,
    }
  }

  #report(jobId: string, error: z.ZodError): void {
    if (this.#reported.has(jobId)) return
    this.#reported.add(jobId)
    const [issue] = error.issues
    this.#onUnreadable(jobId, `${issue?.path.join('.')}: ${issue?.message}`)
  }
}

/** The order without any text that a person wrote. */
export function withoutUserText(order: WorkOrder): WorkOrder {
  if (order.kind === 'upscale') return { ...order, recipe: undefined }
  return { ...order, prompt: { positive: '', negative: null, clipSkip: order.prompt.clipSkip } }
}
