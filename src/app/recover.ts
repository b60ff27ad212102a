/** What the start does first: jobs that a dead process left running, and files that belong to nobody. */
import type { Database } from '../db/database.ts'
import { verdictAfterRestart } from '../engine/jobs/verdict.ts'
import type { Logger } from '../ports.ts'

/** We own the data folder, so whatever is running now runs nowhere: the process that ran it is gone. */
export async function recover(db: Database, log: Logger): Promise<void> {
  for (const job of db.jobs.inState('running')) {
    const ending = verdictAfterRestart(job)
    await db.end({ jobId: job.id, ...job }, ending, 0)
    log.warn({ jobId: job.id, attempt: job.attempt, now: ending.state }, 'a job was left running')
  }
  await sweep(db, log)
}

/** Pictures whose rows were never written, or were removed just before the end. */
async function sweep(db: Database, log: Logger): Promise<void> {
  const known = db.pictures.files()
  const stray = (await db.files.list()).filter(name => !known.has(name))
  await db.files.remove(stray)
  if (stray.length > 0) log.info({ files: stray.length }, 'stray picture files removed')
}
