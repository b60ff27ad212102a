/**
 * Removal: Cancel, Delete and /forget me. A transaction reads everything that it decides on. Rows are deleted before files,
 * so a crash in between leaves no inconsistency.
 */
import type { Forgotten } from '../db/files/copies.ts'
import type { JobRecord } from '../db/records/job-records.ts'
import type { OwnJob } from '../db/repositories/jobs.ts'
import { visibleJob } from './access/visible.ts'
import type { ActOutcome, ForgetOutcome } from './easel.ts'
import type { AppParts } from './parts.ts'
import { type Caller, isSamePerson, type Person } from './people/people.ts'
import { type Problem, problem } from './problems.ts'

export async function cancel(parts: AppParts, jobId: string, caller: Caller): Promise<ActOutcome> {
  const { db, pool, views, changed } = parts
  const written = await db.write(() => {
    const found = managedJob(parts, jobId, caller)
    if (found.kind === 'refused') return found
    const { job } = found
    const wasQueued = db.endQueued(jobId, 'cancelled')
    // A running job ends between two steps; the courier reports its end.
    if (!wasQueued && !pool.running().includes(jobId)) return refused(problem('already-finished', {}))
    noted(parts, caller, job, 'cancel')
    return { kind: 'cancelled' as const, job: views.ofRecord(job) }
  })
  if (written.kind === 'refused') return written
  pool.drop(jobId)
  // A device may be about to claim it, or may be running it.
  pool.cancel(jobId)
  changed(jobId)
  return { kind: 'cancelled', job: views.job(jobId) ?? written.job }
}

export async function remove(parts: AppParts, jobId: string, caller: Caller): Promise<ActOutcome> {
  const { db, views } = parts
  const written = await db.write(() => {
    const found = managedJob(parts, jobId, caller)
    if (found.kind === 'refused') return found
    const { job } = found
    noted(parts, caller, job, 'delete')
    return {
      kind: 'deleted' as const,
      job: views.ofRecord(job),
      files: takeAway(parts, [job.id], 'withdraw'),
    }
  })
  if (written.kind === 'refused') return written
  ended(parts, [jobId])
  await wiped(parts, { jobIds: [jobId] }, [jobId], written.files)
  return { kind: 'deleted', job: written.job }
}

/**
 * Removes every prompt and picture of a person, in every space and state. Each transaction handles a few jobs, so that a
 * long history does not delay other people. The last transaction removes the remaining data of the person.
 */
export async function forget(parts: AppParts, person: Person): Promise<ForgetOutcome> {
  const { db } = parts
  const jobs: OwnJob[] = []
  const files: string[] = []
  for (let isLast = false; !isLast; ) {
    const taken = await db.write(() => forgetSome(parts, person, jobs.at(-1)?.seq))
    ended(
      parts,
      taken.jobs.map(({ id }) => id),
    )
    jobs.push(...taken.jobs)
    files.push(...taken.files)
    isLast = taken.isLast
  }
  const jobIds = jobs.map(({ id }) => id)
  await wiped(parts, { person }, jobIds, files)
  return { count: jobs.filter(job => !job.removed).length, jobIds }
}

/** Jobs per transaction. One job takes 2 to 3 ms. */
const jobsPerTransaction = 50

/** Inside a transaction: the next jobs after `afterSeq`. */
function forgetSome(parts: AppParts, person: Person, afterSeq = 0) {
  const { db, deliveries } = parts
  const personIds = db.people.ofAccount(person)
  const jobs = db.jobs.ofPeople(personIds, afterSeq, jobsPerTransaction)
  const jobIds = jobs.map(({ id }) => id)
  const files = takeAway(parts, jobIds, 'erase')
  // Without messages to delete, the row can go at once.
  for (const job of jobs) if (!deliveries.serves(job.platform)) db.jobs.purge(job.id)
  const isLast = jobs.length < jobsPerTransaction
  if (isLast) {
    files.push(...db.pending.removeOf(person))
    for (const personId of personIds) {
      files.push(...db.pictures.removeOfPerson(personId))
      db.people.forget(personId)
    }
  }
  return { jobs, files, isLast }
}

/** The reason why the caller may not delete the job; undefined if they may. */
export function deletionProblem(parts: AppParts, jobId: string, caller: Caller): Problem | undefined {
  const found = managedJob(parts, jobId, caller)
  return found.kind === 'refused' ? found.problems[0] : undefined
}

type Managed = { kind: 'managed'; job: JobRecord } | Refused

/** A job that the caller may cancel and delete. Must run inside the transaction that changes it. */
function managedJob({ db }: AppParts, jobId: string, caller: Caller): Managed {
  const job = visibleJob(db, caller, jobId)
  if (!job) return refused(problem('job-unknown', { id: jobId }))
  return mayManage(caller, job) ? { kind: 'managed', job } : refused(problem('not-yours', {}))
}

/** Inside a transaction: cancels jobs, erases their texts and queues the deletion of their messages. → files to delete */
function takeAway({ db, clock }: AppParts, jobIds: readonly string[], how: 'withdraw' | 'erase'): string[] {
  return jobIds.flatMap(id => {
    db.endQueued(id, 'cancelled')
    db.jobs.scrub(id, clock.now())
    for (const delivery of db.deliveries.ofJob(id)) {
      db.outbox.drop(delivery.id, ['open', 'settle', 'close'])
      db.outbox.add(delivery.id, how, clock.now())
    }
    return db.pictures.removeOfJob(id)
  })
}

/** After the commit: stops running jobs and notifies watchers. */
function ended({ db, pool, changed, deliveries }: AppParts, jobIds: readonly string[]): void {
  for (const id of jobIds) {
    pool.drop(id)
    pool.cancel(id)
    changed(id)
    for (const delivery of db.deliveries.ofJob(id)) deliveries.nudge(delivery.id)
  }
}

/** After the commit: deletes copies of the texts outside the rows, and the files. */
async function wiped(
  { db, log }: AppParts,
  forgotten: Forgotten,
  jobIds: readonly string[],
  files: readonly string[],
): Promise<void> {
  // Before the files, so that no text remains if the disk refuses to delete a file.
  const left = db.wipe(forgotten)
  if (left.length > 0) log.error({ files: left }, 'copies of the database still hold what was deleted')
  await db.discard(files)
  await db.strays.removeOfJobs(jobIds)
}

/** The author anywhere; a moderator only in the space in which they have that right. */
function mayManage(caller: Caller, job: JobRecord): boolean {
  if (isSamePerson(caller.person, job.author)) return true
  const { platform, spaceId } = caller.conversation
  return (
    caller.rights.moderator && platform === job.conversation.platform && spaceId === job.conversation.spaceId
  )
}

/** Inside a transaction: records an action of one person on another person's job. */
function noted(parts: AppParts, caller: Caller, job: JobRecord, action: string): void {
  const { platform, spaceId, userId } = caller.person
  if (!isSamePerson(caller.person, job.author)) {
    parts.db.audit.add({
      at: parts.clock.now(),
      actor: `${platform}:${spaceId}:${userId}`,
      action,
      target: job.id,
    })
  }
}

type Refused = { kind: 'refused'; problems: Problem[] }

function refused(found: Problem): Refused {
  return { kind: 'refused', problems: [found] }
}
