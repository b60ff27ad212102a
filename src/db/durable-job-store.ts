/** The durable queue of jobs over the tables and the picture files: each change of a job's state is one transaction. */
import { endingAfterCancel, isCounted } from '../engine/jobs/endings.ts'
import { isFinal } from '../engine/jobs/job.ts'
import type { Claim, Ending, JobStore, QueuedJob } from '../engine/jobs/job-store.ts'
import type { PaintedPicture } from '../engine/pipeline/painter.ts'
import { sourcesOf, type WorkOrder } from '../engine/work-order.ts'
import { AppError } from '../errors/errors.ts'
import type { Clock, Ids } from '../system/ports.ts'
import type { Client } from './client.ts'
import { extensionOf, paintedFile } from './files/file-names.ts'
import { type PictureFiles, sha256 } from './files/picture-files.ts'
import type { ServedTime } from './records/served-time.ts'
import type { AuditTable } from './repositories/audit.ts'
import type { OutboxTable } from './repositories/deliveries/outbox.ts'
import type { JobsTable, MoveFacts } from './repositories/jobs/jobs.ts'
import type { OpenJobs } from './repositories/jobs/open-jobs.ts'
import type { PausedDevicesTable } from './repositories/paused-devices.ts'
import type { NewPicture, PicturesTable } from './repositories/pictures.ts'
import type { UsageTable } from './repositories/usage.ts'

interface DurableJobStoreParts {
  client: Client
  jobs: JobsTable
  openJobs: OpenJobs
  pictures: PicturesTable
  outbox: OutboxTable
  usage: UsageTable
  audit: AuditTable
  paused: PausedDevicesTable
  files: PictureFiles
  served: ServedTime
  clock: Clock
  ids: Ids
}

type PaintedRow = Omit<NewPicture, 'personId'>

export class DurableJobStore implements JobStore {
  readonly #parts: DurableJobStoreParts

  constructor(parts: DurableJobStoreParts) {
    this.#parts = parts
  }

  queuedJobs(): QueuedJob[] {
    return this.#parts.openJobs.queuedJobs()
  }

  pausedDevices(): string[] {
    return this.#parts.paused.names()
  }

  claim(jobId: string, device: string): Promise<Claim | 'device-paused' | undefined> {
    const { client, paused, served, jobs, clock } = this.#parts
    return client.write(() => {
      if (paused.has(device)) return 'device-paused'
      served.saveIfOld()
      const claim = jobs.claim(jobId, device, clock.now())
      if (!claim) this.#endUnreadable(jobId)
      return claim
    })
  }

  /** Ends unreadable jobs, and notifies their authors. */
  endUnreadable(): Promise<void> {
    return this.#parts.client.write(() => this.#endUnreadable())
  }

  async sources(order: WorkOrder): Promise<Record<string, Uint8Array>> {
    const { pictures, files } = this.#parts
    const sources: Record<string, Uint8Array> = {}
    for (const id of sourcesOf(order)) {
      const picture = pictures.get(id)
      if (!picture) throw new AppError('source-removed', {})
      const bytes = await files.read(picture.file)
      if (!bytes) throw new AppError('source-file-missing', { file: picture.file })
      sources[id] = bytes
    }
    return sources
  }

  /**
   * Ends a claim. The files are written first: after a crash, the next start recognises them by their names. Another attempt uses
   * new names.
   */
  async end(claim: Claim, ending: Ending, runMs: number): Promise<Ending | undefined> {
    const { client, files, audit } = this.#parts
    const made = ending.state === 'done' ? this.#rowsOf(claim, ending.pictures) : []
    const names = made.map(({ row }) => row.file)
    try {
      for (const { row, bytes } of made) await files.write(row.file, bytes)
      const rows = made.map(({ row }) => row)
      const recorded = await client.write(() => this.#record(claim, ending, rows, runMs))
      audit.dropDeferred(claim.jobId)
      if (!recorded && names.length > 0) await files.remove(names)
      return recorded
    } catch (error) {
      await files.remove(names).catch(() => undefined)
      throw error
    }
  }

  expire(jobId: string): Promise<boolean> {
    return this.#parts.client.write(() => this.endQueued(jobId, 'expired'))
  }

  /** Part of a transaction: ends a queued job and notifies its author. */
  endQueued(jobId: string, to: 'expired' | 'cancelled'): boolean {
    const at = this.#parts.clock.now()
    if (!this.#parts.jobs.endQueued(jobId, to, { at })) return false
    this.#settleUncounted(jobId)
    return true
  }

  #record(claim: Claim, given: Ending, made: PaintedRow[], runMs: number): Ending | undefined {
    const { jobs, usage, audit, pictures, outbox, clock } = this.#parts
    const at = clock.now()
    const job = jobs.get(claim.jobId)
    if (!job) {
      // The job's row was damaged while it was painted.
      if (jobs.exists(claim.jobId)) this.#endUnreadable(claim.jobId)
      return undefined
    }
    const ending = job.cancelRequested ? endingAfterCancel(given) : given
    if (job.removed) {
      if (!jobs.endClaim(claim, 'cancelled', { at, runMs })) return undefined
      audit.addDeferred(claim.jobId)
      if (!isCounted(ending)) usage.refund(claim.jobId)
      return undefined
    }
    if (!jobs.endClaim(claim, ending.state, { at, runMs, ...factsOf(ending) })) return undefined
    usage.addRun(claim.jobId, runMs)
    for (const picture of made) pictures.add({ ...picture, personId: job.personId })
    if (ending.state === 'cancelled') audit.addDeferred(claim.jobId)
    if (!isFinal(ending.state)) return ending
    if (isCounted(ending)) outbox.add(claim.jobId, 'settle', at)
    else this.#settleUncounted(claim.jobId)
    return ending
  }

  /** Part of a transaction: ends unreadable jobs. `only`: the id of a single job to check. */
  #endUnreadable(only?: string): void {
    const ended = this.#parts.openJobs.endUnreadable(this.#parts.clock.now(), only)
    for (const jobId of ended) this.#settleUncounted(jobId)
  }

  /** Part of a transaction: removes the usage of a job without a result, and notifies its author. */
  #settleUncounted(jobId: string): void {
    this.#parts.usage.refund(jobId)
    this.#parts.outbox.add(jobId, 'settle', this.#parts.clock.now())
  }

  /** A file's name contains its picture's id, so two writes never share a file, and undoing one does not affect others. */
  #rowsOf(claim: Claim, pictures: readonly PaintedPicture[]): { row: PaintedRow; bytes: Uint8Array }[] {
    const { ids, clock } = this.#parts
    return pictures.map(({ bytes, mediaType, seed, widthPx, heightPx }, index) => {
      const id = ids.next()
      const file = paintedFile(claim.jobId, index, id, extensionOf(mediaType))
      const facts = { mediaType, seed, widthPx, heightPx, sizeBytes: bytes.byteLength, hash: sha256(bytes) }
      return { row: { id, jobId: claim.jobId, index, file, createdAt: clock.now(), ...facts }, bytes }
    })
  }
}

function factsOf(ending: Ending): Omit<MoveFacts, 'at'> {
  switch (ending.state) {
    case 'done':
    case 'cancelled':
      return {}
    case 'queued':
    case 'failed':
    case 'dead': {
      const { failures, crashes } = ending
      return { failures, crashes, failure: ending.state === 'queued' ? undefined : ending.failure }
    }
  }
}
