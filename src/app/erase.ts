/**
 * The steps that Delete and /forget me share. Rows are deleted before files, so a crash in between leaves no
 * inconsistency.
 */
import type { Forgotten } from '../db/files/copies.ts'
import { jobOfPainted, pictureOfGiven } from '../db/files/file-names.ts'
import { dropUndeletable } from './delivery/ephemeral-replies.ts'
import type { AppParts } from './parts.ts'

export interface Erased {
  /**
   * The files to delete: the jobs' pictures and source pictures that no other job uses, including files that a start moved aside.
   */
  files: string[]
  /** Names of replies to one person that can no longer be deleted. */
  undeletable: string[]
}

/** Inside a transaction: cancels jobs, erases their texts and queues the deletion of their messages. */
export function eraseJobs(
  { db, clock }: AppParts,
  jobIds: readonly string[],
  how: 'withdraw' | 'erase',
): Erased {
  const undeletable: string[] = []
  const removed = jobIds.map(id => {
    db.jobStore.endQueued(id, 'cancelled')
    db.jobs.eraseText(id, clock.now())
    for (const delivery of db.deliveries.ofJob(id)) {
      undeletable.push(...dropUndeletable(db, clock, delivery.id))
      db.outbox.drop(delivery.id, ['open', 'settle', 'close'])
      db.outbox.add(delivery.id, how, clock.now())
    }
    return db.pictures.removeOfJob(id)
  })
  const jobs = new Set(jobIds)
  const sources = new Set(removed.flatMap(({ sourceIds }) => sourceIds))
  const strays = db.disownStrays(
    name => jobs.has(jobOfPainted(name) ?? '') || sources.has(pictureOfGiven(name) ?? ''),
  )
  return { files: [...removed.flatMap(({ files }) => files), ...strays], undeletable }
}

/** After the commit: stops running jobs and notifies watchers. */
export function endJobs({ db, pool, changed, deliveries }: AppParts, jobIds: readonly string[]): void {
  for (const id of jobIds) {
    pool.drop(id)
    pool.cancel(id)
    changed(id)
    for (const delivery of db.deliveries.ofJob(id)) deliveries.wake(delivery.id)
  }
}

/** After the commit: deletes copies of the texts outside the rows, and the files. */
export async function deleteCopiesAndFiles(
  parts: AppParts,
  forgotten: Forgotten,
  files: readonly string[],
): Promise<void> {
  const { db, log } = parts
  // Copies are deleted before the files, so that no text remains if the disk refuses to delete a file.
  const left = db.wipe(forgotten)
  if (left.length > 0) log.error({ files: left }, 'copies of the database still hold what was deleted')
  await deleteFiles(parts, files)
}

/** After the commit: deletes files and their thumbnails. */
export async function deleteFiles(
  { db, thumbnails }: Pick<AppParts, 'db' | 'thumbnails'>,
  files: readonly string[],
): Promise<void> {
  try {
    await db.discard(files)
  } finally {
    // Thumbnails are deleted after the files, so that no new one is made of them.
    thumbnails.drop(files)
  }
}
