/**
 * The views of jobs for adapters: the stored record, with the pool's progress and queue position.
 * visible.ts decides who may see one.
 */
import type { Database } from '../../db/database.ts'
import type { JobRecord } from '../../db/records/job-records.ts'
import type { PictureRecord } from '../../db/repositories/pictures.ts'
import type { Pool } from '../../engine/jobs/pool.ts'
import type { MadePicture } from '../access/visible.ts'
import type { JobView, PictureView } from './views.ts'

export class JobViews {
  readonly #db: Database
  readonly #pool: Pool

  constructor(db: Database, pool: Pool) {
    this.#db = db
    this.#pool = pool
  }

  /** Undefined for unknown and removed jobs. */
  job(jobId: string): JobView | undefined {
    const record = this.#db.jobs.get(jobId)
    return record && !record.removed ? this.ofRecord(record) : undefined
  }

  /** The existing jobs among the ids, in the order of the ids. */
  jobs(jobIds: readonly string[]): JobView[] {
    const byId = new Map(this.ofRecords(this.#db.jobs.getAll(jobIds)).map(view => [view.id, view]))
    return jobIds.flatMap(id => byId.get(id) ?? [])
  }

  made({ picture, job }: MadePicture): { picture: PictureView; job: JobView } {
    return { picture: pictureView(picture, job.id), job: this.ofRecord(job) }
  }

  /** Also of a removed job, for the courier's last update. */
  ofRecord(record: JobRecord): JobView {
    return this.#view(record, this.#db.pictures.ofJob(record.id))
  }

  ofRecords(records: readonly JobRecord[]): JobView[] {
    const visible = records.filter(record => !record.removed)
    const pictures = this.#db.pictures.ofJobs(visible.map(record => record.id))
    return visible.map(record => this.#view(record, pictures.get(record.id) ?? []))
  }

  #view(record: JobRecord, pictures: readonly PictureRecord[]): JobView {
    const { id, author, conversation, order, promptAsTyped, parent, createdAt, startedAt, finishedAt } =
      record
    const active = record.state === 'queued' || record.state === 'running'
    const progress = active ? this.#pool.progress(id) : undefined
    const forecast = active && !progress ? this.#pool.forecast(id) : undefined
    const orderSteps = order.kind === 'upscale' ? 1 : order.sampling.steps
    const steps = progress?.steps || orderSteps
    return {
      id,
      // A device is about to claim it.
      state: progress ? 'running' : record.state,
      author,
      conversation,
      order,
      promptAsTyped,
      place: forecast?.place,
      etaMs: progress?.etaMs ?? forecast?.etaMs,
      step: record.state === 'done' ? steps : (progress?.step ?? 0),
      steps,
      preview: progress?.preview,
      pictures: pictures.map(picture => pictureView(picture, id)),
      parent,
      failure: record.failure,
      createdAt,
      startedAt,
      finishedAt,
      device: progress?.device ?? record.device,
    }
  }
}

function pictureView(record: PictureRecord, jobId: string): PictureView {
  const { id, index, seed, widthPx, heightPx, mediaType, sizeBytes, hash } = record
  return { id, jobId, index, seed, widthPx, heightPx, mediaType, sizeBytes, hash }
}
