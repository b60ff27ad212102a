/** Recovery at start: returns the running jobs of a dead process to the queue, and cleans up unowned files. */
import type { Database } from '../db/database.ts'
import { finalName, jobOfPainted } from '../db/files/file-names.ts'
import { areMostlyUnknown } from '../db/files/strays.ts'
import { endingAfterRestart } from '../engine/jobs/endings.ts'
import { AppError } from '../errors/errors.ts'
import type { Clock, Logger } from '../system/ports.ts'

interface RecoverParts {
  db: Database
  clock: Pick<Clock, 'now'>
  log: Logger
}

/**
 * This process owns the data folder, so every job marked as running belongs to a dead process.
 * @throws AppError 'pictures-unknown' when most files of the pictures folder are unknown to the database.
 */
export async function recover({ db, clock, log }: RecoverParts): Promise<void> {
  await db.discard(await db.write(() => db.pending.removeOld(clock.now())))
  await sweep({ db, clock, log })
  await db.jobStore.endUnreadable()
  for (const job of db.jobs.inState('running')) {
    const ending = endingAfterRestart(job)
    await db.jobStore.end({ jobId: job.id, ...job }, ending, 0)
    log.warn({ jobId: job.id, attempt: job.attempt, now: db.jobs.stateOf(job.id) }, 'a job was left running')
  }
}

/**
 * Deletes files whose deletion or writing a dead process did not finish. If the operator restored an older database, a newer one
 * may own files that this one does not know. Therefore unknown files are moved aside, and so are complete files that were being
 * written, which may have got their row after the copy. A job's picture that was being written is recognised by the job's id in its
 * name.
 */
async function sweep({ db, clock, log }: RecoverParts): Promise<void> {
  const owned = db.ownedFiles()
  const unowned = new Map(db.unownedFiles.all().map(({ file, wasOwned }) => [file, wasOwned]))
  const isOfJob = (whole: string) => {
    const jobId = jobOfPainted(whole)
    return jobId !== undefined && db.jobs.exists(jobId)
  }
  const isBeingWritten = (whole: string) =>
    unowned.get(whole) === false || (!unowned.has(whole) && isOfJob(whole))
  const isKnown = (whole: string) => unowned.has(whole) || isBeingWritten(whole)
  const files = await db.files.list()
  const unownedHere = files.filter(name => !owned.has(name))
  const strays = unownedHere.filter(name => !isKnown(finalName(name)))
  if (areMostlyUnknown(strays.length, files.length)) {
    const { folder } = db.files
    throw new AppError('pictures-unknown', { folder, unknown: strays.length, files: files.length })
  }
  warnOfMissing(owned, files, log)
  const written = unownedHere.filter(name => name === finalName(name) && isBeingWritten(name))
  const moved = [...written, ...strays]
  if (moved.length > 0) {
    const folder = await db.strays.add(db.files, moved, clock.now())
    log.warn({ files: moved.length, folder }, 'files that no row of the database owns were moved aside')
  }
  await db.files.remove(unownedHere.filter(name => isKnown(finalName(name))))
  await db.discard([...unowned.keys()].filter(name => !owned.has(name)))
}

/** A copied database without its pictures shows empty frames, so whoever started Easel should know. */
function warnOfMissing(owned: ReadonlySet<string>, files: readonly string[], log: Logger): void {
  const here = new Set(files)
  const missing = [...owned].filter(name => !here.has(name)).length
  if (missing > 0) log.warn({ missing, pictures: owned.size }, 'files of pictures are missing')
}
