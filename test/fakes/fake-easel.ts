/**
 * Easel without database and engine, for the tests of adapters: it keeps jobs in memory, delivers through the attached
 * courier as the real one does, and paints only when the test says so. What it decides about requests is the least
 * that an adapter can notice.
 */

import { maySee, type Viewer } from '../../src/app/access/access.ts'
import type { Courier, Delivery, Refusal, Way } from '../../src/app/delivery/courier.ts'
import type {
  DeletionStatus,
  DeliveryNotices,
  DeliveryStatus,
} from '../../src/app/delivery/delivery-status.ts'
import { memoryStorage, stepsIn } from '../../src/app/delivery/steps.ts'
import type {
  ActOutcome,
  Easel,
  ForgetOutcome,
  ImagineOutcome,
  Pending,
  SettingsOutcome,
  ShowOutcome,
} from '../../src/app/easel.ts'
import { type Caller, isSamePerson, type Person } from '../../src/app/people/people.ts'
import { settingsProblems } from '../../src/app/people/settings.ts'
import { type Problem, problem } from '../../src/app/problems.ts'
import type { Action, ImagineRequest } from '../../src/app/requests.ts'
import { type ForeignPicture, readForeignPicture } from '../../src/app/views/foreign-picture.ts'
import type {
  JobView,
  ModelView,
  PersonSettings,
  PictureView,
  QueueEntry,
  QueueLength,
  StatsView,
  UsageView,
} from '../../src/app/views/views.ts'
import type { FileKind } from '../../src/engine/models/file-record.ts'
import type { WorkOrder } from '../../src/engine/work-order.ts'
import type { ErrorCode, ErrorDetails } from '../../src/errors/errors.ts'
import type { Clock, Ids } from '../../src/system/ports.ts'
import { FakeClock } from './fake-clock.ts'
import { fakeModels, fakeStats } from './fake-figures.ts'
import { expand, orderOf, refusalOf } from './fake-orders.ts'

interface Delivered {
  address?: string
  steps: Delivery['steps']
}

export class FakeEasel implements Easel {
  readonly #jobs = new Map<string, JobView>()
  readonly #eventJobs = new Map<string, string[]>()
  readonly #delivered = new Map<string, Delivered>()
  readonly #watchers = new Set<(job: JobView) => void>()
  readonly #settings = new Map<string, PersonSettings>()
  readonly #pending = new Map<string, { person: Person; json: string }>()
  readonly #clock: Clock
  readonly #ids: Ids
  readonly #paint: (picture: PictureView, job: JobView) => Promise<Uint8Array>
  #courier: Courier | undefined
  /** Deliveries in their order: each begins when the one before it is done. */
  #deliveries: Promise<void> = Promise.resolve()
  /** The last request as it came, for tests of what an adapter passes on. */
  lastRequest: ImagineRequest | undefined
  lastCaller: Caller | undefined
  /** Everybody is named as an admin in the configuration. */
  admins = false

  constructor(parts: {
    clock: Clock
    ids: Ids
    paint: (picture: PictureView, job: JobView) => Promise<Uint8Array>
  }) {
    this.#clock = parts.clock
    this.#ids = parts.ids
    this.#paint = parts.paint
  }

  /** The courier through which results go from now on; a restarted adapter brings a new one. */
  attach(courier: Courier): void {
    this.#courier = courier
  }

  /** Resolves when everything that was to be delivered has been. */
  async delivered(): Promise<void> {
    await this.#deliveries
  }

  // What the test does in the place of the engine. Each resolves when the change has been delivered.

  /** A device takes the job. */
  async start(jobId: string): Promise<void> {
    this.#change(jobId, { state: 'running', place: undefined, startedAt: this.#clock.now(), device: 'cpu' })
    this.#renumber()
    await this.delivered()
  }

  async step(jobId: string, step: number, preview?: Uint8Array): Promise<void> {
    this.#change(jobId, { step, preview })
    await this.delivered()
  }

  /** The pictures are there. */
  async finish(jobId: string): Promise<void> {
    const job = this.#known(jobId)
    const count = job.order.kind === 'paint' ? job.order.count : 1
    const seed = job.order.kind === 'upscale' ? 0 : job.order.seed
    const pictures = Array.from({ length: count }, (_, index): PictureView => {
      const id = this.#ids.next()
      const { widthPx, heightPx } = job.order
      return {
        id,
        jobId,
        index,
        seed: seed + index,
        widthPx,
        heightPx,
        mediaType: 'image/png',
        sizeBytes: 1000,
        hash: id,
      }
    })
    this.#change(jobId, {
      state: 'done',
      pictures,
      preview: undefined,
      step: job.steps,
      finishedAt: this.#clock.now(),
    })
    this.#renumber()
    await this.delivered()
  }

  async fail<Code extends ErrorCode>(jobId: string, code: Code, details: ErrorDetails[Code]): Promise<void> {
    this.#change(jobId, { state: 'failed', failure: { code, details }, finishedAt: this.#clock.now() })
    this.#renumber()
    await this.delivered()
  }

  /** From waiting to done at once. */
  async paint(jobId: string): Promise<void> {
    await this.start(jobId)
    await this.finish(jobId)
  }

  /** Every job, oldest first. */
  get jobs(): JobView[] {
    return [...this.#jobs.values()]
  }

  // Easel as adapters see it.

  async imagine(
    request: ImagineRequest,
    caller: Caller,
    options?: { confirmed?: boolean },
  ): Promise<ImagineOutcome> {
    this.lastRequest = request
    this.lastCaller = caller
    const refused = refusalOf(request)
    if (refused) return { kind: 'refused', problems: [refused] }
    const prompts = expand(request)
    if (prompts.length > 1 && !options?.confirmed) return { kind: 'confirm', prompts }
    return this.#accept(
      caller,
      prompts.map(prompt => ({ order: orderOf(request, prompt), promptAsTyped: prompt })),
      request.parentPictureId,
    )
  }

  async act(action: Action, caller: Caller): Promise<ActOutcome> {
    this.lastCaller = caller
    switch (action.kind) {
      case 'cancel':
      case 'delete':
      case 're-roll':
        return this.#actOnJob(action.kind, action.jobId, caller)
      default:
        return this.#actOnPicture(action, caller)
    }
  }

  deletionProblem(jobId: string, caller: Caller): Problem | undefined {
    const job = this.job(jobId, caller)
    if (!job) return problem('job-unknown', { id: jobId })
    return isSamePerson(job.author, caller.person) || caller.rights.moderator
      ? undefined
      : problem('not-yours', {})
  }

  // Without a viewer, for tests: whatever there is.

  job(jobId: string, viewer?: Viewer): JobView | undefined {
    const job = this.#jobs.get(jobId)
    return job && this.#sees(viewer, job) ? job : undefined
  }

  picture(pictureId: string, viewer?: Viewer): { picture: PictureView; job: JobView } | undefined {
    for (const job of this.#jobs.values()) {
      const picture = job.pictures.find(({ id }) => id === pictureId)
      if (picture && this.#sees(viewer, job)) return { picture, job }
    }
    return undefined
  }

  pictureByHash(hash: string, viewer?: Viewer): { picture: PictureView; job: JobView } | undefined {
    return this.picture(hash, viewer)
  }

  async pictureBytes(pictureId: string, viewer?: Viewer): Promise<Uint8Array | undefined> {
    const found = this.picture(pictureId, viewer)
    return found && this.#paint(found.picture, found.job)
  }

  foreignPicture(bytes: Uint8Array): Promise<ForeignPicture> {
    return readForeignPicture(bytes, { models: [] })
  }

  async show(id: string, caller: Caller): Promise<ShowOutcome> {
    const job = this.job(id, caller) ?? this.picture(id, caller)?.job
    return job
      ? { kind: 'shown', job, deliveryId: job.id }
      : { kind: 'refused', problems: [problem('picture-unknown', { id })] }
  }

  jobsHere(viewer: Viewer, limit: number): JobView[] {
    const { platform, spaceId, channelId } = viewer.conversation
    return this.jobs
      .filter(
        ({ conversation: c }) =>
          c.platform === platform && c.spaceId === spaceId && c.channelId === channelId,
      )
      .filter(job => this.#sees(viewer, job))
      .slice(-limit)
  }

  queue(viewer: Viewer, limit: number): QueueEntry[] {
    const first = this.#queued().slice(0, limit)
    return first.map(job =>
      this.#sees(viewer, job)
        ? { kind: 'visible', job }
        : { kind: 'hidden', state: job.state === 'running' ? 'running' : 'queued' },
    )
  }

  ownQueue(person: Person, limit: number): { jobs: JobView[]; count: number } {
    const own = this.#queued().filter(job => isSamePerson(job.author, person))
    return { jobs: own.slice(0, limit), count: own.length }
  }

  ownDone(person: Person, limit: number): JobView[] {
    const own = this.jobs.filter(job => job.state === 'done' && isSamePerson(job.author, person))
    return own.reverse().slice(0, limit)
  }

  queueLength(): QueueLength {
    const running = this.#queued().filter(job => job.state === 'running').length
    return { running, waiting: this.#queued().length - running }
  }

  models(): ModelView[] {
    return fakeModels
  }

  samplers(): string[] {
    return ['euler', 'heun']
  }

  schedules(): string[] {
    return ['karras', 'sgm_uniform']
  }

  styles(): string[] {
    return ['ink']
  }

  fileNames(kind: FileKind): string[] {
    if (kind === 'controlnet') return ['canny', 'depth']
    return kind === 'ip-adapter' ? ['plus'] : []
  }

  settings(person: Person): PersonSettings {
    return this.#settings.get(person.userId) ?? {}
  }

  async saveSettings(person: Person, settings: PersonSettings): Promise<SettingsOutcome> {
    const limits = { maxCount: 4, maxPromptCharacters: 4000 }
    const problems = settingsProblems(settings, this.models(), limits)
    if (problems.length > 0) return { kind: 'refused', problems }
    this.#settings.set(person.userId, settings)
    return { kind: 'saved' }
  }

  usage(person: Person): UsageView {
    const own = this.jobs.filter(job => isSamePerson(job.author, person))
    return {
      jobs: own.length,
      pictures: own.flatMap(job => job.pictures).length,
      gpuSeconds: own.length,
      periodHours: 24,
    }
  }

  seesStats({ rights }: Viewer): boolean {
    return rights.admin || this.admins
  }

  stats(
    period: { fromMs: number; toMs: number },
    caller: Caller,
  ): { kind: 'stats'; stats: StatsView } | { kind: 'refused'; problems: Problem[] } {
    if (!this.seesStats(caller)) {
      return { kind: 'refused', problems: [problem('admins-only', { name: caller.person.userId })] }
    }
    return { kind: 'stats', stats: fakeStats(period, caller.person.name, this.jobs.length) }
  }

  async savePending(id: string, person: Person, document: unknown): Promise<void> {
    this.#pending.set(id, { person, json: JSON.stringify(document) })
  }

  pending(id: string, person: Person): Pending {
    const pending = this.#pending.get(id)
    if (pending === undefined) return { kind: 'none' }
    if (!isSamePerson(pending.person, person)) return { kind: 'not-yours' }
    return { kind: 'found', document: JSON.parse(pending.json) }
  }

  async forget(person: Person): Promise<ForgetOutcome> {
    const own = this.jobs.filter(job => isSamePerson(job.author, person))
    for (const job of own) this.#remove(job)
    await this.delivered()
    return { count: own.length, jobIds: own.map(({ id }) => id) }
  }

  async deliveryStatus(): Promise<DeliveryStatus> {
    return { kind: 'arrived', way: 'place', refusals: [] }
  }

  async deletionStatus(): Promise<DeletionStatus> {
    return { underway: 0, kept: [] }
  }

  notices(): DeliveryNotices {
    return { undelivered: [], deletion: { underway: 0, kept: [] } }
  }

  watch(viewer: Viewer, onChange: (job: JobView) => void): () => void {
    const watcher = (job: JobView) => {
      if (this.#sees(viewer, job)) onChange(job)
    }
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  watchQueueLength(onChange: () => void): () => void {
    const watcher = () => onChange()
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #sees(viewer: Viewer | undefined, { author, conversation }: JobView): boolean {
    return viewer === undefined || maySee(viewer, { author, places: [conversation] })
  }

  /** What runs or waits, in serving order. */
  #queued(): JobView[] {
    return this.jobs
      .filter(job => job.state === 'queued' || job.state === 'running')
      .sort((a, b) => (a.place ?? 0) - (b.place ?? 0))
  }

  async #actOnJob(kind: 'cancel' | 'delete' | 're-roll', jobId: string, caller: Caller): Promise<ActOutcome> {
    const job = this.job(jobId, caller)
    if (!job) return { kind: 'refused', problems: [problem('job-unknown', { id: jobId })] }
    if (kind === 're-roll') return this.#again(job, job.pictures[0]?.id, job.order, caller)
    const refusal = this.deletionProblem(jobId, caller)
    if (refusal) return { kind: 'refused', problems: [refusal] }
    if (kind === 'delete') {
      this.#remove(job)
      return { kind: 'deleted', job }
    }
    if (job.state !== 'queued' && job.state !== 'running') {
      return { kind: 'refused', problems: [problem('already-finished', {})] }
    }
    this.#change(jobId, { state: 'cancelled', place: undefined, finishedAt: this.#clock.now() })
    this.#renumber()
    return { kind: 'cancelled', job: this.#known(jobId) }
  }

  async #actOnPicture(
    action: Exclude<Action, { kind: 'cancel' | 'delete' | 're-roll' }>,
    caller: Caller,
  ): Promise<ActOutcome> {
    const found = this.picture(action.pictureId, caller)
    if (!found) return { kind: 'refused', problems: [problem('picture-unknown', { id: action.pictureId })] }
    const { job, picture } = found
    const source = { pictureId: picture.id, strength: 0.5 }
    switch (action.kind) {
      case 'info':
        return { kind: 'info', job, picture }
      case 'remix': {
        const refused = refusalOf(action.request)
        if (refused) return { kind: 'refused', problems: [refused] }
        this.lastRequest = action.request
        return this.#again(job, picture.id, orderOf(action.request, action.request.prompt), caller)
      }
      case 'upscale': {
        const { factor } = action
        const order: WorkOrder = {
          kind: 'upscale',
          source: { pictureId: picture.id },
          factor,
          widthPx: picture.widthPx * factor,
          heightPx: picture.heightPx * factor,
        }
        return this.#again(job, picture.id, order, caller)
      }
      default: {
        const order = job.order.kind === 'paint' ? { ...job.order, count: 1, source } : job.order
        return this.#again(job, picture.id, order, caller)
      }
    }
  }

  #again(job: JobView, pictureId: string | undefined, order: WorkOrder, caller: Caller): ImagineOutcome {
    const promptAsTyped = order.kind === 'paint' ? order.prompt.positive : job.promptAsTyped
    return this.#accept(caller, [{ order, promptAsTyped }], pictureId)
  }

  #accept(
    caller: Caller,
    wanted: { order: WorkOrder; promptAsTyped: string }[],
    parentPictureId: string | undefined,
  ): ImagineOutcome {
    const before = this.#eventJobs.get(caller.eventId)
    if (before) return { kind: 'duplicate', jobs: before.map(id => this.#known(id)) }
    const parent = parentPictureId === undefined ? undefined : this.picture(parentPictureId)
    const ids = wanted.map(({ order, promptAsTyped }) => {
      const id = this.#ids.next()
      this.#jobs.set(id, {
        id,
        state: 'queued',
        author: caller.person,
        conversation: caller.conversation,
        order,
        promptAsTyped,
        step: 0,
        steps: order.kind === 'upscale' ? 1 : order.sampling.steps,
        pictures: [],
        parent: parent && { pictureId: parent.picture.id, jobId: parent.job.id },
        createdAt: this.#clock.now(),
      })
      return id
    })
    this.#eventJobs.set(caller.eventId, ids)
    this.#renumber()
    for (const id of ids) this.#deliver(id)
    return { kind: 'accepted', jobs: ids.map(id => this.#known(id)), notices: [] }
  }

  #change(jobId: string, change: Partial<JobView>): void {
    this.#jobs.set(jobId, { ...this.#known(jobId), ...change })
    this.#deliver(jobId)
  }

  /** Places and times to go, by age. */
  #renumber(): void {
    let place = 0
    for (const job of this.jobs) {
      if (job.state !== 'queued') continue
      place += 1
      if (job.place === place) continue
      this.#jobs.set(job.id, { ...job, place, etaMs: place * 2000 })
      if (job.place !== undefined) this.#deliver(job.id)
    }
  }

  #remove(job: JobView): void {
    this.#jobs.delete(job.id)
    this.#enqueue(async () => {
      const delivery = this.#deliveryOf(job)
      for (const step of delivery.steps.all()) {
        await this.#courier?.remove(delivery, step)
        await delivery.steps.forget(step.name)
      }
    })
  }

  /** Opens the placeholder the first time, then shows progress, then the end. */
  #deliver(jobId: string): void {
    const job = this.#known(jobId)
    for (const watcher of this.#watchers) watcher(job)
    this.#enqueue(async () => {
      const courier = this.#courier
      const delivery = this.#deliveryOf(job)
      const { address } = delivery
      if (!courier) return
      if (address === undefined) await this.#take(job, () => courier.openings(delivery))
      else if (job.state === 'queued' || job.state === 'running') await courier.progress(delivery, address)
      else if (await this.#take(job, () => courier.results(this.#deliveryOf(job))))
        await courier.close(this.#deliveryOf(job), { kind: 'arrived', way: 'edit', refusals: [] })
    })
  }

  /** Whether a way was open; time is not waited for but let pass. */
  async #take(job: JobView, waysOf: () => readonly Way[]): Promise<boolean> {
    for (;;) {
      const outcome = await this.#first(waysOf())
      if (outcome?.kind !== 'later') {
        const delivered = this.#delivered.get(job.id)
        if (delivered && outcome) delivered.address = outcome.address
        return outcome !== undefined
      }
      await this.#letPass(outcome.afterMs)
    }
  }

  async #letPass(ms: number): Promise<void> {
    if (this.#clock instanceof FakeClock) this.#clock.advance(ms)
    else await new Promise<void>(resolve => this.#clock.after(ms, resolve))
  }

  async #first(ways: readonly Way[]) {
    const before: Refusal[] = []
    for (const way of ways) {
      const outcome = await way.take(before)
      if (outcome.kind !== 'closed') return outcome
      before.push({ what: way.name, reason: outcome.reason, code: outcome.code })
    }
    return undefined
  }

  #deliveryOf(job: JobView): Delivery {
    const known = this.#delivered.get(job.id)
    const steps = known?.steps ?? stepsIn(memoryStorage(), () => this.#clock.now())
    if (known === undefined) this.#delivered.set(job.id, { steps })
    const address = known?.address
    const parent = this.#delivered.get(job.parent?.jobId ?? '')?.address
    return {
      id: job.id,
      job,
      recipient: job.author,
      isCopy: false,
      steps,
      ...(address === undefined ? {} : { address }),
      ...(parent === undefined ? {} : { parent }),
    }
  }

  #enqueue(delivery: () => Promise<void>): void {
    this.#deliveries = this.#deliveries.then(delivery)
  }

  #known(jobId: string): JobView {
    const job = this.#jobs.get(jobId)
    if (!job) throw new Error(`the test names a job that is not there: ${jobId}`)
    return job
  }
}
