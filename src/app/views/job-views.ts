/**
 * The views of jobs for adapters: the stored record, with the pool's progress and queue position.
 * visible.ts decides who may see one.
 */
import type { Database } from '../../db/database.ts'
import type { JobRecord } from '../../db/records/job-records.ts'
import type { PictureRecord } from '../../db/repositories/pictures.ts'
import type { Pool } from '../../engine/jobs/pool.ts'
import type { Forecast, RunProgress } from '../../engine/jobs/times/forecast.ts'
import { countSteps } from '../../engine/step-counts.ts'
import type { MadePicture } from '../access/visible.ts'
import type { JobView, PictureView } from './views.ts'

export class JobViews {
  readonly #db: Database
  readonly #pool: Pool

  constructor(db: Database, pool: Pool) {
    this.#db = db
    this.#pool = pool
  }

  /** The view of a job; undefined for unknown and removed jobs. */
  job(jobId: string): JobView | undefined {
    const record = this.#db.jobs.get(jobId)
    return record && !record.removed ? this.ofRecord(record) : undefined
  }

  /** The existing jobs among the ids, in the order of the ids. */
  jobs(jobIds: readonly string[]): JobView[] {
    const byId = new Map(this.ofRecords(this.#db.jobs.getAll(jobIds)).map(view => [view.id, view]))
    return jobIds.flatMap(id => byId.get(id) ?? [])
  }

  pictureWithJob({ picture, job }: MadePicture): { picture: PictureView; job: JobView } {
    return { picture: pictureView(picture, job.id), job: this.ofRecord(job) }
  }

  /** The view even of a removed job, for the courier's last update. */
  includingRemoved(jobId: string): JobView | undefined {
    const record = this.#db.jobs.get(jobId)
    return record && this.ofRecord(record)
  }

  /** The view of a record, also of a removed job. */
  ofRecord(record: JobRecord): JobView {
    return this.#view(record, record.state === 'done' ? this.#db.pictures.ofJob(record.id) : [])
  }

  ofRecords(records: readonly JobRecord[]): JobView[] {
    const visible = records.filter(record => !record.removed)
    const done = visible.filter(({ state }) => state === 'done')
    const pictures = this.#db.pictures.ofJobs(done.map(({ id }) => id))
    return visible.map(record => this.#view(record, pictures.get(record.id) ?? []))
  }

  /**
   * An earlier view of an open job with its current step or place, which are not in the database. Undefined if the job no longer
   * runs or waits.
   */
  refresh(job: JobView): JobView | undefined {
    const live = this.#live(job.id)
    if (!live.progress && !live.forecast) return undefined
    const shown = liveView(live, job.steps)
    // The fields are listed one by one for speed, as in JobReader: this runs at each step.
    return {
      id: job.id,
      state: shown.state,
      author: job.author,
      conversation: job.conversation,
      order: job.order,
      promptAsTyped: job.promptAsTyped,
      place: shown.place,
      etaMs: shown.etaMs,
      heldUp: shown.heldUp,
      step: shown.step,
      steps: shown.steps,
      preview: shown.preview,
      pictures: job.pictures,
      parent: job.parent,
      failure: job.failure,
      createdAt: job.createdAt,
      startedAt: job.startedAt,
      finishedAt: job.finishedAt,
      device: live.progress?.device ?? job.device,
    }
  }

  #live(id: string): LiveState {
    const progress = this.#pool.progress(id)
    return { progress, forecast: progress ? undefined : this.#pool.forecast(id) }
  }

  #view(record: JobRecord, pictures: readonly PictureRecord[]): JobView {
    const { id, author, conversation, order, promptAsTyped, parent, createdAt, startedAt, finishedAt } =
      record
    const active = record.state === 'queued' || record.state === 'running'
    const live = active ? this.#live(id) : {}
    const shown = liveView(live, countSteps(order) || 1)
    return {
      id,
      ...shown,
      state: live.progress ? 'running' : record.state,
      author,
      conversation,
      order,
      promptAsTyped,
      step: record.state === 'done' ? shown.steps : shown.step,
      pictures: pictures.map(picture => pictureView(picture, id)),
      parent,
      failure: record.failure,
      createdAt,
      startedAt,
      finishedAt,
      device: live.progress?.device ?? record.device,
    }
  }
}

/** The pool's state of a job. */
interface LiveState {
  progress?: RunProgress | undefined
  forecast?: Forecast | undefined
}

/** `steps`: the number to show until the device reports it. */
function liveView({ progress, forecast }: LiveState, steps: number) {
  const outlook = forecast?.outlook
  return {
    // A device that is about to take the job runs it already: the claim is being written.
    state: progress ? ('running' as const) : ('queued' as const),
    place: forecast?.place,
    etaMs: outlook?.kind === 'time' ? outlook.etaMs : progress?.etaMs,
    heldUp: outlook?.kind === 'paused' || outlook?.kind === 'no-device' ? outlook.kind : undefined,
    step: progress?.step ?? 0,
    steps: progress?.steps || steps,
    preview: progress?.preview,
  }
}

function pictureView(record: PictureRecord, jobId: string): PictureView {
  const { id, index, seed, widthPx, heightPx, mediaType, sizeBytes, hash } = record
  return { id, jobId, index, seed, widthPx, heightPx, mediaType, sizeBytes, hash }
}
