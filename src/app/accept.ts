/** Creates jobs. No other file does. One transaction writes the jobs, their quota usage and their first message. */
import type { JobRecord } from '../db/records/job-records.ts'
import type { DeliveryRecord } from '../db/repositories/deliveries/deliveries.ts'
import type { NewPicture } from '../db/repositories/pictures.ts'
import type { QueuedJob } from '../engine/jobs/job-store.ts'
import { countOf, type WorkOrder } from '../engine/work-order.ts'
import { isVisible } from './access/visible.ts'
import { memoryProblem } from './checks/check-memory.ts'
import { withShortName } from './checks/text-limits.ts'
import { newlyUndelivered, undeliveredOf } from './delivery/delivery-status.ts'
import type { ImagineOutcome } from './easel.ts'
import type { AppParts } from './parts.ts'
import type { Caller } from './people/people.ts'
import { refusalByQuota } from './people/quota.ts'
import type { Problem } from './problems.ts'

export interface Acceptance {
  /** `imagine`, or the button that was pressed. */
  action: string
  jobs: { order: WorkOrder; promptAsTyped: string }[]
  parent?: { jobId: string; pictureId?: string }
  notices: Problem[]
  /** The person's own pictures. Their files are written already. */
  given: Omit<NewPicture, 'personId'>[]
  /** Called inside the transaction: the problem if an object from which the jobs were derived no longer exists. */
  refusal(): Problem | undefined
}

/** Stores the jobs. After `accepted` they are on disk, and only a person's action removes them. */
export async function accept(parts: AppParts, caller: Caller, wanted: Acceptance): Promise<ImagineOutcome> {
  const { db, pool, changed, catalogue, views } = parts
  const orders = wanted.jobs.map(({ order }) => order)
  const tooLarge = memoryProblem(orders, catalogue, pool.resources())
  if (tooLarge) {
    await discard(parts, wanted.given)
    return { kind: 'refused', problems: [tooLarge] }
  }
  const written = await db.write(() => insert(parts, caller, wanted))
  switch (written.kind) {
    case 'refused':
      await discard(parts, wanted.given)
      return { kind: 'refused', problems: [written.problem] }
    case 'duplicate':
      await discard(parts, wanted.given)
      return duplicate(parts, caller, written.jobs)
    case 'inserted': {
      for (const job of written.jobs) pool.add(job)
      const jobs = written.jobs.flatMap(({ jobId }) => changed(jobId) ?? [])
      const undelivered = undeliveredOf(written.undelivered, views)
      return { kind: 'accepted', jobs, notices: wanted.notices, undelivered }
    }
  }
}

/** The jobs that an earlier delivery of the same event created. */
export function duplicateOf(parts: AppParts, caller: Caller): ImagineOutcome | undefined {
  const known = parts.db.jobs.byEvent(caller.person.platform, caller.eventId)
  return known.length === 0 ? undefined : duplicate(parts, caller, known)
}

/** A repeated event id reveals only those of its jobs that the caller may see. */
function duplicate({ db, views }: AppParts, caller: Caller, known: readonly JobRecord[]): ImagineOutcome {
  return { kind: 'duplicate', jobs: views.ofRecords(known.filter(job => isVisible(db, caller, job))) }
}

type Written =
  | { kind: 'inserted'; jobs: QueuedJob[]; undelivered: DeliveryRecord[] }
  | { kind: 'duplicate'; jobs: JobRecord[] }
  | { kind: 'refused'; problem: Problem }

/** Inserts the jobs inside the transaction. */
function insert(parts: AppParts, caller: Caller, wanted: Acceptance): Written {
  const { db, ids, clock, config } = parts
  const known = db.jobs.byEvent(caller.person.platform, caller.eventId)
  if (known.length > 0) return { kind: 'duplicate', jobs: known }

  const now = clock.now()
  const personId = db.people.upsert(withShortName(caller.person))
  const pictures = wanted.jobs.reduce((sum, { order }) => sum + countOf(order), 0)
  const asked = { person: caller.person, jobs: wanted.jobs.length, pictures }
  const problem = wanted.refusal() ?? refusalByQuota(db, config.limits, asked, now)
  if (problem) return { kind: 'refused', problem }

  const undelivered = newlyUndelivered(db, caller.person)
  const parent = wanted.parent && db.jobs.exists(wanted.parent.jobId) ? wanted.parent : undefined
  for (const picture of wanted.given) db.pictures.add({ ...picture, personId })
  const jobs = wanted.jobs.map(({ order, promptAsTyped }, eventIndex) => {
    const id = ids.next()
    const waiting = db.jobs.add({
      id,
      personId,
      conversation: caller.conversation,
      eventId: caller.eventId,
      eventIndex,
      action: wanted.action,
      promptAsTyped,
      order,
      parent,
      createdAt: now,
    })
    db.usage.accept(id, personId, countOf(order), now)
    db.deliveries.add({ id, jobId: id, platform: caller.conversation.platform, personId })
    db.outbox.add(id, 'open', now)
    return waiting
  })
  return { kind: 'inserted', jobs, undelivered }
}

async function discard(parts: AppParts, given: Acceptance['given']): Promise<void> {
  await parts.db.discard(given.map(picture => picture.file))
}
