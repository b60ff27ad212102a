/**
 * Access-checked reads of jobs and pictures: in app/ the only way from an id, a hash or a list to a record on behalf of a
 * person. A record that the person may not see is treated as missing.
 */
import type { Database } from '../../db/database.ts'
import type { JobRecord } from '../../db/records/job-records.ts'
import type { PictureRecord } from '../../db/repositories/pictures.ts'
import type { Conversation } from '../people/people.ts'
import { isOpenIn, maySee, type Viewer } from './access-rules.ts'

/** A picture with the job that made it. */
export interface MadePicture {
  picture: PictureRecord
  job: JobRecord
}

type Job = Pick<JobRecord, 'id' | 'author' | 'conversation'>

export function isVisible(db: Database, viewer: Viewer, { id, author, conversation }: Job): boolean {
  if (maySee(viewer, { author, places: [conversation] })) return true
  return maySee(viewer, { author, places: db.jobPlaces.of(id) })
}

export function visibleJob(db: Database, viewer: Viewer, jobId: string): JobRecord | undefined {
  const job = db.jobs.get(jobId)
  return job && !job.removed && isVisible(db, viewer, job) ? job : undefined
}

/** A removed job that the viewer could see if it were not removed. */
export function removedJob(db: Database, viewer: Viewer, jobId: string): JobRecord | undefined {
  const job = db.jobs.get(jobId)
  return job?.removed && isVisible(db, viewer, job) ? job : undefined
}

/** A removed job whose messages stay on their platform and that the viewer could see if it were not removed. */
export function removedJobWithMessages(db: Database, viewer: Viewer, jobId: string): JobRecord | undefined {
  const job = removedJob(db, viewer, jobId)
  if (!job) return undefined
  const stays = ({ id }: { id: string }) =>
    db.outbox.next(id) === undefined && db.deliverySteps.of(id).some(({ makes }) => makes !== undefined)
  return db.deliveries.ofJob(jobId).some(stays) ? job : undefined
}

/** The newest visible jobs of the viewer's channel, oldest first. */
export function visibleHere(db: Database, viewer: Viewer, limit: number): JobRecord[] {
  return db.jobs.inChannel(viewer.conversation, limit).filter(job => isVisible(db, viewer, job))
}

export function visiblePicture(db: Database, viewer: Viewer, pictureId: string): MadePicture | undefined {
  return withVisibleJob(db, viewer, db.pictures.get(pictureId))
}

/** Whether every reader of the conversation may see the job. */
export function isOpenThere(db: Database, jobId: string, conversation: Conversation): boolean {
  const job = db.jobs.get(jobId)
  return (
    job !== undefined && isOpenIn(conversation, { places: [job.conversation, ...db.jobPlaces.of(jobId)] })
  )
}

/** The newest visible picture with this hash. The same order gives the same bytes, so several jobs may have one. */
export function visibleByHash(db: Database, viewer: Viewer, hash: string): MadePicture | undefined {
  for (const picture of db.pictures.madeWithHash(hash)) {
    const found = withVisibleJob(db, viewer, picture)
    if (found) return found
  }
  return undefined
}

/**
 * A picture that may be painted from: one of a visible job, or one that the viewer uploaded. Uploads belong to their uploader
 * alone. `granted` pictures belong to an order that the viewer may repeat, including other people's uploads.
 */
export function usablePicture(
  db: Database,
  viewer: Viewer,
  pictureId: string,
  granted: readonly string[] = [],
): PictureRecord | undefined {
  const picture = db.pictures.get(pictureId)
  if (granted.includes(pictureId)) return picture
  if (picture?.jobId !== null) return withVisibleJob(db, viewer, picture)?.picture
  return db.people.ofAccount(viewer.person).includes(picture.personId) ? picture : undefined
}

function withVisibleJob(
  db: Database,
  viewer: Viewer,
  picture: PictureRecord | undefined,
): MadePicture | undefined {
  const job = picture?.jobId ? visibleJob(db, viewer, picture.jobId) : undefined
  return picture && job && { picture, job }
}
