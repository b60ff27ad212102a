/** Taking things away: Cancel, Delete and /forget me. Rows go first, then files: a crash between leaves no half. */
import type { JobRecord } from '../db/job-records.ts'
import type { ActOutcome } from './easel.ts'
import type { AppParts } from './parts.ts'
import { type Caller, isSamePerson, type Person } from './people.ts'
import { type Problem, problem } from './problems.ts'

export async function cancel(parts: AppParts, jobId: string, caller: Caller): Promise<ActOutcome> {
  const { db, pool, views, changed } = parts
  const job = db.jobs.get(jobId)
  if (!job || job.removed) return refused(problem('job-unknown', { id: jobId }))
  if (!mayManage(caller, job)) return refused(problem('not-yours', {}))

  if (await db.write(() => db.endQueued(jobId, 'cancelled') && noted(parts, caller, job, 'cancel'))) {
    pool.drop(jobId)
    // A device may be about to claim it.
    pool.cancel(jobId)
    changed(jobId)
  } else if (pool.cancel(jobId)) {
    // It ends between two steps; the courier tells when it has.
    await db.write(() => noted(parts, caller, job, 'cancel'))
  } else {
    return refused(problem('already-finished', {}))
  }
  return { kind: 'cancelled', job: views.job(jobId) ?? views.ofRecord(job) }
}

export async function remove(parts: AppParts, jobId: string, caller: Caller): Promise<ActOutcome> {
  const { db, views } = parts
  const job = db.jobs.get(jobId)
  if (!job || job.removed) return refused(problem('job-unknown', { id: jobId }))
  if (!mayManage(caller, job)) return refused(problem('not-yours', {}))
  const view = views.ofRecord(job)
  await removeAll(parts, [job], 'withdraw', () => noted(parts, caller, job, 'delete'))
  return { kind: 'deleted', job: view }
}

/** Every prompt and picture of a person, in whatever state; the count of jobs. */
export async function forget(parts: AppParts, person: Person): Promise<number> {
  const { db, deliver } = parts
  const personId = db.people.find(person)
  if (personId === undefined) return 0
  const jobs = db.jobs.ofPerson(personId)
  const files = await removeAll(parts, jobs, 'erase', () => {
    const given = db.pictures.removeOfPerson(personId)
    db.people.forget(personId)
    // Where nobody takes messages back, the row need not wait for that.
    for (const job of jobs) if (!deliver.serves(job.conversation.platform)) db.jobs.purge(job.id)
    return given
  })
  await db.files.remove(files)
  return jobs.filter(job => !job.removed).length
}

/** Cancels, scrubs and withdraws jobs in one transaction, with what `also` does in it; then takes the files. */
async function removeAll<T>(
  parts: AppParts,
  jobs: readonly JobRecord[],
  how: 'withdraw' | 'erase',
  also: () => T,
): Promise<T> {
  const { db, pool, changed, clock } = parts
  const { files, result } = await db.write(() => {
    const files = jobs.flatMap(job => {
      db.endQueued(job.id, 'cancelled')
      db.jobs.scrub(job, clock.now())
      db.outbox.drop(job.id, ['open', 'settle'])
      db.outbox.add(job.id, how, clock.now())
      return db.pictures.removeOfJob(job.id)
    })
    return { files, result: also() }
  })
  for (const { id } of jobs) {
    pool.drop(id)
    pool.cancel(id)
    changed(id)
  }
  await db.files.remove(files)
  return result
}

/** The author anywhere; a moderator in the space whose platform vouched for them. */
function mayManage(caller: Caller, job: JobRecord): boolean {
  if (isSamePerson(caller.person, job.author)) return true
  const { platform, spaceId } = caller.conversation
  return (
    caller.rights.moderator && platform === job.conversation.platform && spaceId === job.conversation.spaceId
  )
}

/** Inside a transaction: what one person did to another's job is written down. */
function noted(parts: AppParts, caller: Caller, job: JobRecord, action: string): true {
  const { platform, spaceId, userId } = caller.person
  if (!isSamePerson(caller.person, job.author)) {
    parts.db.audit.add({
      at: parts.clock.now(),
      actor: `${platform}:${spaceId}:${userId}`,
      action,
      target: job.id,
    })
  }
  return true
}

function refused(found: Problem): ActOutcome {
  return { kind: 'refused', problems: [found] }
}
