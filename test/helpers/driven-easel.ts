/** A whole Easel whose one device paints what a test says, when it says so: for tests of what adapters show. */
import type { Courier } from '../../src/app/delivery/courier.ts'
import type { Easel } from '../../src/app/easel.ts'
import type { Caller } from '../../src/app/people/people.ts'
import type { ImagineRequest } from '../../src/app/requests.ts'
import type { JobView } from '../../src/app/views/views.ts'
import type { Platform } from '../../src/common/platforms.ts'
import { AppError, type ErrorCode, type ErrorDetails } from '../../src/errors/errors.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel, type TestEaselOptions } from './build-test-easel.ts'

/** Whose jobs keep the device busy between those of the test. */
const occupant = 'OCCUPANT'

export class DrivenEasel {
  readonly test: TestEasel
  /** As adapters see it. */
  readonly easel: Easel
  /** The last request as it came, for tests of what an adapter passes on. */
  lastRequest: ImagineRequest | undefined
  lastCaller: Caller | undefined
  #platform: Platform = 'web'

  private constructor(test: TestEasel) {
    this.test = test
    const imagine: Easel['imagine'] = (request, caller, options) => {
      this.lastRequest = request
      this.lastCaller = caller
      return test.easel.imagine(request, caller, options)
    }
    const act: Easel['act'] = (action, caller) => {
      if (action.kind === 'remix') this.lastRequest = action.request
      return test.easel.act(action, caller)
    }
    this.easel = { ...test.easel, imagine, act }
  }

  static async build(
    options: Pick<TestEaselOptions, 'config' | 'files' | 'models'> = {},
  ): Promise<DrivenEasel> {
    const { config = {}, files = [], models } = options
    const test = await buildTestEasel({
      devices: [new FakeWorkers({ mode: 'by-hand' })],
      couriers: [],
      files,
      ...(models ? { models } : {}),
      config: {
        models: { demo: { steps: 20, note: 'A tiny model for tests.' } },
        ...config,
        limits: { maxQueuedPerPerson: 20, ...config.limits },
      },
    })
    const driven = new DrivenEasel(test)
    await driven.#occupy()
    return driven
  }

  /** The courier through which results go from now on; a restarted adapter brings a new one. */
  attach(courier: Courier): void {
    this.#platform = courier.platform
    this.test.built.register(courier)
  }

  /** Resolves when everything that was to be delivered has been. What a platform takes time for, the clock gives. */
  async delivered(): Promise<void> {
    const pending = this.test.built.db.client.sqlite
      .prepare(
        `SELECT count(*) FROM outbox JOIN deliveries ON deliveries.id = outbox.delivery_id
         WHERE deliveries.platform = ?`,
      )
      .pluck()
    for (;;) {
      await this.test.built.delivered()
      if (pending.get(this.#platform) === 0) return
      await this.test.until(() => true)
      this.test.clock.advance(100)
    }
  }

  /** Every job of the test, oldest first. */
  get jobs(): JobView[] {
    const ids = this.test.built.db.client.sqlite
      .prepare(
        `SELECT jobs.id FROM jobs JOIN people ON people.id = jobs.person_id
         WHERE people.user_id <> ? AND jobs.removed_at IS NULL ORDER BY jobs.seq`,
      )
      .pluck()
      .all(occupant)
    return ids.flatMap(id => this.test.find(String(id)) ?? [])
  }

  job(jobId: string): JobView | undefined {
    return this.test.find(jobId)
  }

  /** The device takes the job, which must be next. Resolves, like all that follows, when the change was delivered. */
  async start(jobId: string): Promise<void> {
    this.test.workers.current.finish()
    await this.test.until(
      () => this.test.job(jobId).state === 'running' && this.test.workers.underway.length === 1,
    )
    await this.delivered()
  }

  /** `preview` is what each of the steps shows. */
  async step(count: number, preview?: Uint8Array): Promise<void> {
    this.test.workers.current.step(count, preview)
    await this.delivered()
  }

  async finish(jobId: string): Promise<void> {
    this.test.workers.current.finish()
    await this.#ended(jobId)
  }

  /** With a fault that no other try overcomes. */
  async fail<Code extends ErrorCode>(jobId: string, code: Code, details: ErrorDetails[Code]): Promise<void> {
    const error = new AppError(code, details)
    if (error.retryable) throw new Error(`${code} is tried again`)
    this.test.workers.current.fail(error)
    await this.#ended(jobId)
  }

  /** From waiting to done at once. */
  async paint(jobId: string): Promise<void> {
    await this.start(jobId)
    await this.finish(jobId)
  }

  dispose(): Promise<void> {
    return this.test.dispose()
  }

  async #ended(jobId: string): Promise<void> {
    await this.test.until(() => this.test.job(jobId).finishedAt !== undefined)
    await this.#occupy()
    await this.delivered()
  }

  /** A job from the command line, which has no courier: the jobs of the test wait behind it. */
  async #occupy(): Promise<void> {
    if (this.test.workers.underway.length > 0) return
    const platform = 'cli'
    const { id } = await this.test.ask(
      'occupied',
      this.test.caller({
        person: { platform, spaceId: occupant, userId: occupant, name: occupant },
        conversation: {
          platform,
          spaceId: occupant,
          channelId: occupant,
          kind: 'channel',
          audience: 'space',
        },
      }),
    )
    await this.test.until(
      () => this.test.job(id).state === 'running' && this.test.workers.underway.length === 1,
    )
  }
}
