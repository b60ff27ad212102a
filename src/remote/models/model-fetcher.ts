/** Fetches the models that a machine lacks from one gateway after the other, and reports its progress. */
import { refinerNameOf } from '../../common/refiner-name.ts'
import { type AppError, hasCode, toAppError } from '../../errors/errors.ts'
import type { Clock } from '../../system/ports.ts'
import type { ChannelEvents } from '../endpoint.ts'
import type { RemoteLink } from '../messages/remote-link.ts'
import type { Fetching, Reference } from '../presence/records.ts'
import { type FetchFolder, fetchModel } from './fetch-model.ts'
import { ModelRequests } from './model-requests.ts'

/** The pause after a transient fault, such as a full disk. */
const retryMs = 60_000

export type FetchEvent =
  | { kind: 'progress'; fetching: Fetching }
  | { kind: 'failed'; model?: string; error: AppError }
  /** All fetches are complete for now. */
  | { kind: 'fetched'; models: readonly string[] }

export interface ModelFetcherOptions extends FetchFolder {
  clock: Clock
  /** Hashes of the models that the machine already has. */
  held: Iterable<string>
  /** Gets the hash of each fetched model. */
  fetched: Set<string>
  connect: (gateway: string, events: ChannelEvents) => RemoteLink
  disconnect: (session: string) => void
  onEvent: (event: FetchEvent) => void
}

/** Fetches from one gateway at a time, one model after the other. */
export class ModelFetcher {
  readonly #options: ModelFetcherOptions
  /** The time of the next request to each gateway, on the monotonic clock. */
  readonly #nextMs = new Map<string, number>()
  #isEnded = false
  #current: { gateway: string; requests: ModelRequests } | undefined
  #fetching: Fetching | undefined
  readonly #held: Set<string>
  /** Fetched models that have not been reported yet. */
  readonly #fetched: string[] = []
  /** The faults that were reported, by model and message. */
  readonly #reported = new Set<string>()

  constructor(options: ModelFetcherOptions) {
    this.#options = options
    this.#held = new Set(options.held)
  }

  /** The model that is being fetched. */
  get fetching(): Fetching | undefined {
    return this.#fetching
  }

  /** Called at each heartbeat with the present gateways that serve models. */
  update(gateways: readonly string[]): void {
    if (this.#current) {
      if (!gateways.includes(this.#current.gateway)) this.#current.requests.close()
      return
    }
    if (this.#isEnded) return
    const nowMs = this.#options.clock.monotonicMs()
    const gateway = gateways.find(id => nowMs >= (this.#nextMs.get(id) ?? nowMs))
    if (gateway !== undefined) void this.#fetchFrom(gateway)
  }

  /** Stops. Partial files stay on the disk. */
  end(): void {
    this.#isEnded = true
    this.#current?.requests.close()
  }

  async #fetchFrom(gateway: string): Promise<void> {
    const { connect, disconnect, clock } = this.#options
    const link = connect(gateway, {
      onMessage: message => requests.receive(message),
      onLost: () => requests.close(),
    })
    const requests = new ModelRequests(request => link.send(request))
    this.#current = { gateway, requests }
    const outcome = await this.#fetchAll(requests)
    this.#current = undefined
    this.#fetching = undefined
    disconnect(link.session)
    // A gateway that was lost and returns is asked at once.
    if (outcome === 'lost') return
    const pauseMs = outcome === 'complete' ? Number.POSITIVE_INFINITY : retryMs
    this.#nextMs.set(gateway, clock.monotonicMs() + pauseMs)
    if (this.#fetched.length > 0) this.#options.onEvent({ kind: 'fetched', models: this.#fetched.splice(0) })
  }

  /** Continues after a model that cannot be fetched, but skips that model's Refiner, which is of no use alone. */
  async #fetchAll(requests: ModelRequests): Promise<'complete' | 'failed' | 'lost'> {
    try {
      const { models } = await requests.request({ kind: 'list' }, 'list')
      const refinersToSkip = new Set<string>()
      for (const model of models.filter(({ hash }) => !this.#held.has(hash))) {
        if (refinersToSkip.has(model.name)) continue
        if (!(await this.#fetch(requests, model))) refinersToSkip.add(refinerNameOf(model.name))
      }
      return refinersToSkip.size === 0 ? 'complete' : 'failed'
    } catch (error) {
      this.#reportFailure(toAppError(error))
      return isLost(error) ? 'lost' : 'failed'
    }
  }

  /** Whether the model was fetched. @throws AppError 'model-fetch' when the gateway was lost. */
  async #fetch(requests: ModelRequests, { name, hash }: Reference): Promise<boolean> {
    try {
      await fetchModel(requests, hash, this.#options, (doneBytes, totalBytes) => {
        this.#fetching = { name, doneBytes, totalBytes }
        this.#options.onEvent({ kind: 'progress', fetching: this.#fetching })
      })
    } catch (error) {
      if (isLost(error)) throw error
      this.#reportFailure(toAppError(error), name)
      return false
    }
    this.#held.add(hash)
    this.#options.fetched.add(hash)
    this.#fetched.push(name)
    return true
  }

  /** Reports a fault once, however often it is repeated. */
  #reportFailure(error: AppError, model?: string): void {
    const key = `${model} ${error.message}`
    if (this.#isEnded || this.#reported.has(key)) return
    this.#reported.add(key)
    this.#options.onEvent({ kind: 'failed', error, ...(model !== undefined && { model }) })
  }
}

function isLost(error: unknown): boolean {
  return hasCode(error, 'model-fetch') && error.details.problem.what === 'lost'
}
