/**
 * A whole Easel over a temporary data folder, a fake clock and fake devices, in one call. `restart` builds a second one
 * over the same folder, as after `npm start`.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Viewer } from '../../src/app/access/access-rules.ts'
import { type BuiltEasel, buildEasel, type EaselParts } from '../../src/app/build-easel.ts'
import type { Easel } from '../../src/app/easel.ts'
import type { Caller, Conversation } from '../../src/app/people/people.ts'
import type { ImagineRequest } from '../../src/app/requests.ts'
import type { JobView } from '../../src/app/views/views.ts'
import { type Config, loadConfig } from '../../src/config/config.ts'
import type { FileRecord } from '../../src/engine/models/file-record.ts'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { packageRoot } from '../../src/system/paths.ts'
import type { Random } from '../../src/system/ports.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { FakeCourier } from '../fakes/fake-courier.ts'
import { fakeExpertParts, fakeStorage } from '../fakes/fake-models.ts'
import { CountingIds, RememberingLog } from '../fakes/fake-parts.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { letTimePass } from './let-time-pass.ts'

export interface TestEaselOptions {
  /** Overrides, key by key, of the default configuration. */
  config?: Partial<Omit<Config, 'limits'>> & { limits?: Partial<Config['limits']> }
  devices?: FakeWorkers[]
  /** By default one, for the web; a test of an adapter registers the adapter's own instead. */
  couriers?: FakeCourier[]
  models?: ModelRecord[]
  /** Files beside the models: LoRAs, ControlNets … */
  files?: FileRecord[]
  /** Parts of the real thing to use instead of the fakes. */
  parts?: Partial<EaselParts>
}

export class TestEasel {
  readonly options: TestEaselOptions
  readonly dataDir = mkdtempSync(join(tmpdir(), 'easel-test-'))
  readonly clock = new FakeClock()
  readonly ids = new CountingIds()
  readonly log = new RememberingLog()
  readonly devices: FakeWorkers[]
  readonly couriers: FakeCourier[]
  built: BuiltEasel
  #events = 0

  constructor(options: TestEaselOptions = {}) {
    this.options = options
    this.devices = options.devices ?? [new FakeWorkers()]
    this.couriers = options.couriers ?? [new FakeCourier()]
    this.built = this.#build()
  }

  get easel() {
    return this.built.easel
  }

  get workers(): FakeWorkers {
    return first(this.devices)
  }

  get courier(): FakeCourier {
    return first(this.couriers)
  }

  start(): Promise<void> {
    return this.built.start()
  }

  /** Ada in the web chat, unless told otherwise; each call is a new event. */
  caller(changes: Partial<Caller> = {}): Caller {
    this.#events += 1
    return {
      person: { platform: 'web', spaceId: 'web', userId: 'ada', name: 'Ada' },
      rights: { member: true, moderator: false, admin: false },
      conversation: webChat,
      eventId: `event-${this.#events}`,
      ...changes,
    }
  }

  /** Somebody else in the same channel. */
  callerNamed(userId: string, changes: Partial<Caller> = {}): Caller {
    return this.caller({ person: { platform: 'web', spaceId: 'web', userId, name: userId }, ...changes })
  }

  /** Asks for a picture that must be accepted, and does not wait for it. */
  async ask(asked: string | ImagineRequest, caller = this.caller()): Promise<JobView> {
    const request = typeof asked === 'string' ? { prompt: asked } : asked
    const outcome = await this.easel.imagine(request, caller)
    const [job] = outcome.kind === 'accepted' ? outcome.jobs : []
    if (!job) throw new Error(`not accepted: ${JSON.stringify(outcome)}`)
    return job
  }

  /** Asks and waits until the result was delivered. */
  async paint(prompt: string, caller = this.caller()): Promise<JobView> {
    const { id } = await this.ask(prompt, caller)
    await this.settled()
    return this.job(id)
  }

  /** Deliveries with anything to be done, but for what a platform refuses to delete and is asked for from day to day. */
  get pending(): unknown[] {
    const query = `SELECT delivery_id FROM outbox JOIN deliveries ON deliveries.id = outbox.delivery_id
      WHERE deliveries.end IS NOT 'kept'`
    return this.built.db.client.sqlite.prepare(query).pluck().all()
  }

  /** The job as it is now; fails where there is none. */
  job(id: string): JobView {
    const job = this.find(id)
    if (!job) throw new Error(`no job ${id}`)
    return job
  }

  // What there is, whoever may see it: read through the facade with the author's own eyes.

  find(id: string): JobView | undefined {
    const record = this.built.db.jobs.get(id)
    return record && this.easel.job(id, viewerOf(record))
  }

  findPicture(id: string): ReturnType<Easel['picture']> {
    const author = this.#authorOfPicture(id)
    return author && this.easel.picture(id, author)
  }

  async bytesOf(pictureId: string): Promise<Uint8Array | undefined> {
    const author = this.#authorOfPicture(pictureId)
    return author && this.easel.pictureBytes(pictureId, author)
  }

  #authorOfPicture(id: string): Viewer | undefined {
    const { db } = this.built
    const jobId = db.pictures.get(id)?.jobId
    const record = jobId ? db.jobs.get(jobId) : undefined
    return record && viewerOf(record)
  }

  /** Newest last. */
  jobsIn(place: Pick<Conversation, 'platform' | 'spaceId' | 'channelId'>, limit: number): JobView[] {
    return this.built.db.jobs.inChannel(place, limit).flatMap(({ id }) => this.find(id) ?? [])
  }

  /** In serving order. */
  queue(): JobView[] {
    const { jobs } = this.built.db
    const shown: (JobView | undefined)[] = []
    for (const record of [...jobs.inState('running'), ...jobs.inState('queued')]) {
      if (shown.some(job => job?.id === record.id)) continue
      const entries = this.easel.queue(viewerOf(record), Number.POSITIVE_INFINITY)
      for (const [i, entry] of entries.entries())
        shown[i] ??= entry.kind === 'visible' ? entry.job : undefined
    }
    return shown.filter(job => job !== undefined)
  }

  /** Nothing waits or is painted. */
  get isIdle(): boolean {
    const { running, waiting } = this.easel.queueLength()
    return running + waiting === 0
  }

  /** Resolves when the loop has turned until `holds`. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await setImmediate()
  }

  /** Resolves when no job waits or runs and everything that can be delivered was. Time passes where rate limits want it. */
  async settled(): Promise<void> {
    await this.until(() => this.isIdle)
    const delivered = this.until(() => this.pending.length === 0).then(() => this.built.delivered())
    await letTimePass(delivered, this.clock)
  }

  /** As after a crash or a stop: a new Easel over the same folder. The old one must be closed or stopped. */
  async restart(): Promise<void> {
    this.rebuild()
    await this.start()
  }

  /** The same without starting, for tests that have couriers of their own to register first. */
  rebuild(): void {
    this.built = this.#build()
  }

  /** The process is gone without a word: no goodbye to devices, no transaction. */
  crash(): void {
    this.built.db.close()
  }

  async dispose(): Promise<void> {
    if (this.built.db.client.sqlite.open) this.built.db.close()
    rmSync(this.dataDir, { recursive: true, force: true })
  }

  #build(): BuiltEasel {
    const defaults = loadConfig(packageRoot, this.dataDir)
    const { config = {}, models, files = [], parts } = this.options
    const built = buildEasel({
      config: {
        ...defaults,
        // A message more under every result: tests of that ask for it.
        notify: false,
        ...config,
        dataDir: this.dataDir,
        limits: { ...defaults.limits, ...config.limits },
      },
      catalogue: { models: models ?? [demoModel], files },
      devices: this.devices.map(({ device, openHost, openIsolatedHost }) => ({
        name: device,
        openHost,
        openIsolatedHost,
      })),
      checkPicture: async bytes => ({ bytes, mediaType: 'image/png', widthPx: 128, heightPx: 128 }),
      migrationsFolder: join(packageRoot, 'migrations'),
      clock: this.clock,
      ids: this.ids,
      random: countingRandom(),
      log: this.log,
      onHung: () => {},
      ...parts,
    })
    for (const courier of this.couriers) built.register(courier)
    return built
  }
}

/** Where everybody is unless told otherwise. */
export const webChat: Conversation = {
  platform: 'web',
  spaceId: 'web',
  channelId: 'chat',
  kind: 'channel',
  audience: 'space',
}

/** Those who asked for a job, where they did. */
export function viewerOf({ author, conversation }: Pick<JobView, 'author' | 'conversation'>): Viewer {
  return { person: author, rights: { member: true, moderator: false, admin: false }, conversation }
}

/** A running Easel; dispose of it after the test. */
export async function buildTestEasel(options?: TestEaselOptions): Promise<TestEasel> {
  const test = new TestEasel(options)
  await test.start()
  return test
}

/** The demo model's record without its weights. */
export const demoModel: ModelRecord = {
  name: 'demo',
  parts: fakeExpertParts,
  storage: fakeStorage,
  hash: 'demo-base-hash',
  sizeStepPx: 8,
  nativeSidePx: 128,
  refiner: {
    name: 'demo/refiner',
    parts: fakeExpertParts,
    storage: fakeStorage,
    hash: 'demo-refiner-hash',
    sizeStepPx: 8,
  },
}

/** Every number differs from the one before, and a test run from the next does not. */
function countingRandom(): Random {
  let last = 1000
  return {
    uint32() {
      last += 1
      return last
    },
  }
}

function first<T>(list: readonly T[]): T {
  const [head] = list
  if (head === undefined) throw new Error('there is none')
  return head
}
