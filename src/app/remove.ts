/** Cancel and Delete of one job, by its author or a moderator. A transaction reads everything that it decides on. */
import type { JobRecord } from '../db/records/job-records.ts'
import type { AuditEntry } from '../db/repositories/audit.ts'
import { hasCode } from '../errors/errors.ts'
import { removedJobWithMessages, visibleJob } from './access/visible.ts'
import type { ActOutcome } from './easel.ts'
import { deleteCopiesAndFiles, endJobs, eraseJobs } from './erase.ts'
import type { AppParts } from './parts.ts'
import { type Caller, isSamePerson } from './people/people.ts'
import { type Problem, problem } from './problems.ts'

/** Cancels a job. A job that was being painted counts against the quota. */
export async function cancel(parts: AppParts, jobId: string, caller: Caller): Promise<ActOutcome> {
  try {
    return await cancelJob(parts, jobId, caller, () => {})
  } catch (error) {
    if (!hasCode(error, 'storage') || !stopsUnstored(parts, jobId, caller)) throw error
    return refuse(problem('cancel-not-stored', error.details))
  }
}

/**
 * Stops the painting of a job whose cancel cannot be stored. Its end and the audit entry are stored once the disk has room. False
 * if it is not being painted.
 */
function stopsUnstored(parts: AppParts, jobId: string, caller: Caller): boolean {
  const found = managedJob(parts, jobId, caller)
  if (found.kind === 'refused' || !parts.pool.cancelPainting(jobId)) return false
  const entry = auditEntry(parts, caller, found.job, 'cancel')
  if (entry) parts.db.audit.defer(entry)
  return true
}

/**
 * Cancels a job that could not be shown in its conversation. It does not count, even if it is finished before the cancel arrives.
 */
export function cancelUnopened(parts: AppParts, jobId: string, caller: Caller): Promise<ActOutcome> {
  return cancelJob(parts, jobId, caller, () => parts.db.usage.refund(jobId))
}

/** `also` runs inside the transaction. */
async function cancelJob(
  parts: AppParts,
  jobId: string,
  caller: Caller,
  also: () => void,
): Promise<ActOutcome> {
  const { db, pool, views, changed } = parts
  const written = await db.write(() => {
    const found = managedJob(parts, jobId, caller)
    if (found.kind === 'refused') return found
    const { job } = found
    const wasQueued = db.jobStore.endQueued(jobId, 'cancelled')
    // A running job ends between two steps, or at the next start; the courier reports its end.
    if (!wasQueued && !db.jobs.requestCancel(jobId, parts.clock.now()))
      return refuse(problem('already-finished', {}))
    recordAction(parts, caller, job, 'cancel')
    also()
    return { kind: 'cancelled' as const, job: views.ofRecord(job) }
  })
  if (written.kind === 'refused') return written
  pool.drop(jobId)
  // A device may be about to claim it, or may be running it.
  pool.cancel(jobId)
  return { kind: 'cancelled', job: changed(jobId) ?? written.job }
}

export async function remove(parts: AppParts, jobId: string, caller: Caller): Promise<ActOutcome> {
  const { db, views } = parts
  const written = await db.write(() => {
    const found = deletableJob(parts, jobId, caller)
    if (found.kind === 'refused') return found
    const { job } = found
    recordAction(parts, caller, job, 'delete')
    const { files, undeletable } = eraseJobs(parts, [jobId], 'withdraw')
    files.push(...db.pending.removeOfJob(jobId))
    return { kind: 'deleted' as const, job: views.ofRecord(job), files, undeletable }
  })
  if (written.kind === 'refused') return written
  endJobs(parts, [jobId])
  await deleteCopiesAndFiles(parts, { jobIds: [jobId] }, written.files)
  return { kind: 'deleted', job: written.job, undeletableReplies: written.undeletable.length }
}

/** The reason why the caller may not delete the job; undefined if they may. */
export function deletionProblem(parts: AppParts, jobId: string, caller: Caller): Problem | undefined {
  const found = deletableJob(parts, jobId, caller)
  return found.kind === 'refused' ? found.problems[0] : undefined
}

type Managed = { kind: 'managed'; job: JobRecord } | Refused

/** A job that the caller may delete. Retention may have removed its pictures, while its messages remain. */
function deletableJob(parts: AppParts, jobId: string, caller: Caller): Managed {
  return managedJob(parts, jobId, caller, removedJobWithMessages(parts.db, caller, jobId))
}

/** A job that the caller may cancel and delete. Must run inside the transaction that changes it. */
function managedJob(
  { db }: AppParts,
  jobId: string,
  caller: Caller,
  job = visibleJob(db, caller, jobId),
): Managed {
  if (!job) return refuse(problem('job-unknown', { id: jobId }))
  return mayManage(caller, job) ? { kind: 'managed', job } : refuse(problem('not-yours', {}))
}

/** Whether the caller is the author, in any conversation, or a moderator of the job's space. */
function mayManage(caller: Caller, job: JobRecord): boolean {
  if (isSamePerson(caller.person, job.author)) return true
  const { platform, spaceId } = caller.conversation
  return (
    caller.rights.moderator && platform === job.conversation.platform && spaceId === job.conversation.spaceId
  )
}

/** Inside a transaction: records an action of one person on another person's job. */
function recordAction(parts: AppParts, caller: Caller, job: JobRecord, action: string): void {
  const entry = auditEntry(parts, caller, job, action)
  if (entry) parts.db.audit.add(entry)
}

/** The entry on an action on another person's job; undefined for a person's own job. */
function auditEntry(
  { clock }: AppParts,
  { person }: Caller,
  job: JobRecord,
  action: string,
): AuditEntry | undefined {
  if (isSamePerson(person, job.author)) return undefined
  const { platform, spaceId, userId } = person
  return { at: clock.now(), actor: `${platform}:${spaceId}:${userId}`, action, target: job.id }
}

type Refused = { kind: 'refused'; problems: Problem[] }

function refuse(found: Problem): Refused {
  return { kind: 'refused', problems: [found] }
}
