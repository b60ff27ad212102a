/** The pool of devices: claims the next job, runs it, and records its ending. The durable queue is the database. */
import { toAppError } from '../../errors/errors.ts'
import { within } from '../../system/time-limit.ts'
import { attempt, endingOf, logFailure, recordEnding, recordSpeeds, returnToQueue } from './attempt.ts'
import type { Device, DeviceOpeners, DeviceStatus } from './devices/device.ts'
import { DeviceList } from './devices/device-list.ts'
import { Pauses } from './devices/pauses.ts'
import type { AttemptOutcome } from './endings.ts'
import { ExpirySweep } from './expiry-sweep.ts'
import type { Candidate } from './fair-order.ts'
import type { DeviceResources } from './job-fit.ts'
import { JobQueue } from './job-queue.ts'
import type { Claim, QueuedJob } from './job-store.ts'
import type { PoolChange, PoolParts } from './pool-parts.ts'
import { Run } from './run.ts'
import { Timers } from './timers.ts'
import { EtaCache } from './times/eta-cache.ts'
import type { Forecast, RunProgress } from './times/forecast.ts'
import { JobTimes } from './times/job-times.ts'
import { Speeds } from './times/speeds.ts'

/** The pause between attempts to write while the database cannot be written. */
const writePauseMs = 2000
/** The time for a step to end, and for a worker to stop, after a stop's grace period. */
const stepGraceMs = 2000
const workerGraceMs = 1000

export class Pool {
  readonly #parts: PoolParts
  readonly #devices: DeviceList
  readonly #queue = new JobQueue()
  readonly #speeds = new Speeds()
  readonly #runs = new Map<string, Run>()
  /** The device of the last failed attempt, for jobs that will be retried. */
  readonly #failedOn = new Map<string, string>()
  readonly #timers: Timers
  readonly #times: JobTimes
  readonly #etas: EtaCache
  readonly #expiry: ExpirySweep
  readonly #pauses: Pauses
  #state: 'new' | 'serving' | 'stopping' = 'new'

  constructor(parts: PoolParts) {
    this.#parts = parts
    this.#timers = new Timers(parts.clock)
    this.#times = new JobTimes(parts.clock, parts.maxWaitMs)
    this.#devices = new DeviceList({ ...parts, speeds: this.#speeds, onChange: () => this.#dispatch() })
    for (const device of parts.devices) this.#devices.add(device)
    this.#pauses = new Pauses({
      ...parts,
      timers: this.#timers,
      onChange: paused => {
        this.#devices.setPaused(paused)
        this.#emit({ kind: 'queue' })
        this.#dispatch()
      },
    })
    this.#expiry = new ExpirySweep({
      ...parts,
      timers: this.#timers,
      expired: () => [...this.#queue.jobs()].filter(job => this.#times.hasExpired(job)),
      onExpired: jobId => {
        this.drop(jobId)
        this.#emit({ kind: 'state', jobId })
      },
    })
    this.#etas = new EtaCache({
      ...parts,
      queue: this.#queue,
      devices: this.#devices,
      runs: this.#runs,
      speeds: this.#speeds,
    })
  }

  /** Loads the queued jobs and starts serving. */
  start(): void {
    this.#state = 'serving'
    for (const job of this.#parts.store.queuedJobs()) this.#enqueue(job)
    this.#expiry.start()
    this.#pauses.start()
    this.#dispatch()
  }

  /** Adds a device while this process runs. Its name must be free. */
  addDevice(device: DeviceOpeners): void {
    this.#devices.add(device)
    this.#emit({ kind: 'queue' })
    this.#dispatch()
  }

  /** Removes a device: it gets no more jobs, and its running job may finish. */
  async removeDevice(name: string): Promise<void> {
    const removed = this.#devices.remove(name, workerGraceMs)
    this.#emit({ kind: 'queue' })
    await removed
  }

  /** Adds a job that was just accepted. Call it after the commit. */
  add(job: QueuedJob): void {
    this.#enqueue(job)
    this.#emit({ kind: 'queue' })
    this.#dispatch()
  }

  /** Removes a job that left the queue otherwise (cancelled, removed). */
  drop(jobId: string): void {
    this.#times.remove(jobId)
    this.#failedOn.delete(jobId)
    if (this.#queue.remove(jobId)) this.#emit({ kind: 'queue' })
  }

  /** Asks a running job to stop between steps. */
  cancel(jobId: string): void {
    this.#runs.get(jobId)?.stop('cancelled')
  }

  /** As `cancel`, but only while a device paints the job. False if the job was not asked to stop, now or before. */
  cancelPainting(jobId: string): boolean {
    return this.#runs.get(jobId)?.cancelPainting() ?? false
  }

  progress(jobId: string): RunProgress | undefined {
    return this.#runs.get(jobId)?.progress(this.#speeds, this.#parts.clock.monotonicMs())
  }

  /** The current forecast of a queued job. */
  forecast(jobId: string): Forecast | undefined {
    const found = this.#queue.find(jobId, this.#devices.loadedModels())
    return found && { place: found.place, outlook: this.#etas.outlook(found.job, found.place) }
  }

  /** Ids of the first queued jobs, the next one first. */
  order(limit: number): string[] {
    const order = this.#queue.order(this.#devices.loadedModels())
    return order.slice(0, limit).map(({ jobId }) => jobId)
  }

  /** The number of queued jobs. */
  get waiting(): number {
    return this.#queue.length
  }

  running(): string[] {
    return [...this.#runs.keys()]
  }

  /** The resources of each device, free or busy. */
  resources(): DeviceResources[] {
    return this.#devices.resources()
  }

  devices(): DeviceStatus[] {
    return this.#devices.statuses()
  }

  /**
   * Takes no new job, lets running jobs continue for `graceMs`, then stops them between steps and returns them to the queue
   * without counting an attempt. A job that does not stop soon after is returned while it runs. False if a thread is inside
   * a native call, which only the end of the process ends.
   */
  async stop(graceMs: number): Promise<boolean> {
    this.#state = 'stopping'
    const { clock } = this.#parts
    const endGrace = clock.after(graceMs, () => {
      for (const run of this.#runs.values()) run.stop('released')
    })
    await within(clock, graceMs + stepGraceMs, this.#devices.idle())
    endGrace()
    await within(clock, workerGraceMs, this.release())
    this.#timers.end()
    const stopped = await this.#devices.stop(workerGraceMs)
    return !stopped.includes('hangs')
  }

  /** Returns running jobs without counting an attempt, because they did not cause the end of the process. */
  async release(): Promise<void> {
    await Promise.all([...this.#runs.values()].map(run => returnToQueue(run, this.#parts)))
  }

  /** A failing listener does not affect the jobs. */
  #emit(change: PoolChange): void {
    try {
      this.#parts.onChange(change)
    } catch (error) {
      this.#parts.log.error({ change, error: toAppError(error).message }, 'a listener of changes failed')
    }
  }

  #enqueue(job: QueuedJob): void {
    this.#times.add(job)
    this.#queue.add(this.#devices.withSatisfiableNeeds(job))
  }

  /** Gives every free device the next job. */
  #dispatch(): void {
    if (this.#state !== 'serving') return
    const canRun = (job: QueuedJob) => this.#devices.canRun(job)
    while (this.#devices.hasFree && this.#queue.hasJobFor(canRun)) {
      // A job for busy or absent devices does not block the others.
      const fits = (job: QueuedJob) => canRun(job) && this.#times.mayStart(job)
      const candidate = this.#queue.next(this.#devices.freeModels(), fits)
      const device = candidate && this.#devices.choose(candidate.job, this.#failedOn.get(candidate.job.jobId))
      if (!candidate || !device) return
      this.#assign(device, candidate)
    }
  }

  #assign(device: Device, candidate: Candidate): void {
    const { clock, log } = this.#parts
    this.#queue.serve(candidate)
    this.#times.recordStart(candidate.job.jobId)
    const run = new Run(candidate.job, device, clock.monotonicMs())
    this.#runs.set(candidate.job.jobId, run)
    this.#devices
      .run(device, () => this.#runJob(run))
      .catch(error => log.error({ jobId: run.job.jobId, error: String(error) }, 'a job was left running'))
  }

  /** Makes one attempt at one job. Rejects if its ending could not be recorded. The next start then finds the job running. */
  async #runJob(run: Run): Promise<void> {
    const { job } = run
    try {
      const claim = await this.#claim(run)
      this.#emit({ kind: 'queue' })
      run.claim = claim
      if (!claim) return
      this.#emit({ kind: 'started', jobId: job.jobId })
      const outcome = await attempt(run, claim, {
        ...this.#parts,
        speeds: this.#speeds,
        onProgress: () => this.#emit({ kind: 'progress', jobId: job.jobId }),
      })
      await this.#end(run, claim, outcome)
    } finally {
      this.#runs.delete(job.jobId)
      this.#emit({ kind: 'state', jobId: job.jobId })
    }
  }

  /** Records the ending of an attempt. A job that runs again returns to the queue. */
  async #end(run: Run, claim: Claim, outcome: AttemptOutcome): Promise<void> {
    const { job, device } = run
    const nowMs = this.#parts.clock.monotonicMs()
    const chance = this.#parts.random.uint32() / 2 ** 32
    const endingNow = () => endingOf(run, claim, outcome, chance)
    const ending = endingNow()
    if (outcome.kind === 'failed') logFailure(this.#parts.log, run, claim, outcome.error, ending)
    if (outcome.kind === 'failed' && ending.state === 'queued') this.#failedOn.set(job.jobId, device.name)
    else this.#failedOn.delete(job.jobId)
    if (outcome.kind === 'done') recordSpeeds(this.#speeds, run, outcome.loadMs, nowMs)
    const recorded = await recordEnding({ ...this.#parts, pauseMs: writePauseMs }, claim, {
      endingNow,
      runMs: nowMs - run.startedMs,
      isStopping: () => this.#state === 'stopping',
    })
    if (outcome.kind === 'done') outcome.discard?.()
    // A cancel may have been written since, in the same transaction.
    if (recorded?.state === 'queued' && run.stopped !== 'cancelled') this.#enqueueLater(job, recorded.delayMs)
    else this.#times.remove(job.jobId)
  }

  /** The job stays queued if the device does not start, is paused, or the claim cannot be written. */
  async #claim({ job, device }: Run): Promise<Claim | undefined> {
    try {
      await device.prepare()
      const claim = await this.#parts.store.claim(job.jobId, device.name)
      if (claim !== 'device-paused') return claim
      // The device was paused after it was chosen.
      this.#pauses.read()
      this.#enqueue(job)
    } catch (error) {
      this.#parts.log.error(
        { jobId: job.jobId, error: toAppError(error).message },
        'a job could not be claimed',
      )
      this.#enqueueLater(job, writePauseMs)
    }
    return undefined
  }

  #enqueueLater(job: QueuedJob, delayMs: number): void {
    this.#times.delay(job.jobId, delayMs)
    this.#enqueue(job)
    this.#timers.after(delayMs, () => this.#dispatch())
  }
}
