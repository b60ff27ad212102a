/** /forget me: removes every prompt and picture of a person. A transaction reads everything that it decides on. */
import { isGivenBy } from '../db/files/file-names.ts'
import { accountOf } from '../db/repositories/account.ts'
import type { OwnJob } from '../db/repositories/jobs/jobs.ts'
import type { ForgetOutcome } from './easel.ts'
import { deleteCopiesAndFiles, endJobs, eraseJobs } from './erase.ts'
import type { AppParts } from './parts.ts'
import type { Person } from './people/people.ts'

/**
 * Removes every prompt and picture of a person, in every space and state. Each transaction handles a few jobs, so that a
 * long history does not delay other people. The last transaction removes the remaining data of the person.
 */
export async function forget(parts: AppParts, person: Person): Promise<ForgetOutcome> {
  const { db } = parts
  const jobs: OwnJob[] = []
  const files: string[] = []
  const undeletable = new Set<string>()
  for (let isLast = false; !isLast; ) {
    const taken = await db.write(() => forgetSome(parts, person, jobs.at(-1)?.seq))
    endJobs(
      parts,
      taken.jobs.map(({ id }) => id),
    )
    jobs.push(...taken.jobs)
    files.push(...taken.files)
    for (const name of taken.undeletable) undeletable.add(name)
    isLast = taken.isLast
  }
  const jobIds = jobs.map(({ id }) => id)
  await deleteCopiesAndFiles(parts, { person }, files)
  return { count: jobs.filter(job => !job.removed).length, jobIds, undeletableReplies: undeletable.size }
}

/** Jobs per transaction. One job takes 2 to 3 ms. */
const jobsPerTransaction = 50

/** Inside a transaction: the next jobs after `afterSeq`. */
function forgetSome(parts: AppParts, person: Person, afterSeq = 0) {
  const { db, deliveries } = parts
  const personIds = db.people.ofAccount(person)
  const jobs = db.jobs.ofPeople(personIds, afterSeq, jobsPerTransaction)
  const jobIds = jobs.map(({ id }) => id)
  const { files, undeletable } = eraseJobs(parts, jobIds, 'erase')
  // Without messages to delete, the row can go at once.
  for (const job of jobs) if (!deliveries.serves(job.platform)) db.jobs.purge(job.id)
  const isLast = jobs.length < jobsPerTransaction
  if (isLast) {
    const account = accountOf(person)
    files.push(...db.pending.removeOf(person), ...db.disownStrays(name => isGivenBy(account, name)))
    for (const personId of personIds) {
      files.push(...db.pictures.removeOfPerson(personId))
      db.people.forget(personId)
    }
  }
  return { jobs, files, undeletable, isLast }
}
