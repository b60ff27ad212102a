/**
 * The states of files that Slack processes, from polling with back-off, shared by all waiters, and from events. A file is
 * processed when it has a type, and visible in a conversation when it is shared there.
 */
import { LRUCache } from 'lru-cache'
import { backoffMs } from '../../../common/backoff.ts'
import type { Clock } from '../../../system/ports.ts'
import type { SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'

interface FileState {
  isProcessed: boolean
  /** The conversations in which it is visible, with the ts of its message if known. */
  sharedIn: Map<string, string | undefined>
  looks: number
  /** The time of the next look-up, on the monotonic clock. */
  nextCheckAtMs: number
}

/** Slack mostly finishes within two seconds. Slower files are polled with increasing intervals. */
const polling = { firstMs: 1000, maxMs: 15_000, factor: 1.5 }
const maxRemembered = 5000

export type Readiness = { kind: 'ready' } | { kind: 'later'; afterMs: number }

export class FileStates {
  readonly #api: SlackApi
  readonly #clock: Clock
  /** States by file id. */
  readonly #states = new LRUCache<string, FileState>({ max: maxRemembered })

  constructor(api: SlackApi, clock: Clock) {
    this.#api = api
    this.#clock = clock
  }

  /** Whether all files are processed, which blocks require. `ageMs`: the time since their completion. */
  processed(workspace: Workspace, ids: readonly string[], ageMs: number): Promise<Readiness> {
    return this.#all(workspace, ids, ageMs, ({ isProcessed }) => isProcessed)
  }

  /** Whether all files are visible in that conversation. */
  visible(workspace: Workspace, ids: readonly string[], ageMs: number, channel: string): Promise<Readiness> {
    return this.#all(workspace, ids, ageMs, ({ sharedIn }) => sharedIn.has(channel))
  }

  /** Records an event, which may arrive before the response of the completing call. */
  recordShare(id: string, channel: string): void {
    const { sharedIn } = this.#state(id, 0)
    if (!sharedIn.has(channel)) sharedIn.set(channel, undefined)
  }

  /** The ts of the message that shows it there, if known. */
  shareOf(id: string, channel: string): string | undefined {
    return this.#states.get(id)?.sharedIn.get(channel)
  }

  /** Checks the files in order, up to the first that is not ready. */
  async #all(
    workspace: Workspace,
    ids: readonly string[],
    ageMs: number,
    holds: (state: FileState) => boolean,
  ): Promise<Readiness> {
    for (const id of ids) {
      const state = this.#state(id, ageMs)
      if (holds(state)) continue
      const waitMs = state.nextCheckAtMs - this.#clock.monotonicMs()
      if (waitMs > 0) return { kind: 'later', afterMs: waitMs }
      await this.#check(workspace, id, state)
      if (!holds(state)) return { kind: 'later', afterMs: state.nextCheckAtMs - this.#clock.monotonicMs() }
    }
    return { kind: 'ready' }
  }

  async #check(workspace: Workspace, id: string, state: FileState): Promise<void> {
    const called = await this.#api.call(workspace.token, 'files.info', client =>
      client.files.info({ file: id }),
    )
    const pauseMs = backoffMs(polling, state.looks)
    state.looks += 1
    state.nextCheckAtMs = this.#clock.monotonicMs() + pauseMs
    const file = called.kind === 'done' ? called.value.file : undefined
    // Until a file is processed its mimetype is empty (java-slack-sdk #1349).
    if (file?.mimetype) state.isProcessed = true
    for (const [channel, [share]] of Object.entries({ ...file?.shares?.public, ...file?.shares?.private }))
      state.sharedIn.set(channel, share?.ts)
  }

  #state(id: string, ageMs: number): FileState {
    const known = this.#states.get(id)
    if (known !== undefined) return known
    const nextCheckAtMs = this.#clock.monotonicMs() + Math.max(0, polling.firstMs - ageMs)
    const state: FileState = { isProcessed: false, sharedIn: new Map(), looks: 0, nextCheckAtMs }
    this.#states.set(id, state)
    return state
  }
}
