/**
 * What is known of files that Slack processes: looked at no more often than it is worth, however many wait, and told by
 * events where they come. A file is processed when it has a type, and visible in a conversation when it is shared there.
 */
import type { Clock } from '../../../ports.ts'
import type { SlackApi } from '../transport/api.ts'
import type { Workspace } from '../transport/workspaces.ts'

interface FileState {
  isProcessed: boolean
  /** Conversations that it is visible in, with the ts of its message where that is known. */
  sharedIn: Map<string, string | undefined>
  looks: number
  /** On the monotonic clock: not looked at before then. */
  nextLookAtMs: number
}

/** Slack is mostly done within a second or two; what takes longer is looked at less and less often. */
const firstLookMs = 1000
const longestPauseMs = 15_000
const mostRemembered = 5000

export type Readiness = { kind: 'ready' } | { kind: 'later'; afterMs: number }

export class FileStates {
  readonly #api: SlackApi
  readonly #clock: Clock
  /** By file id, the latest last. */
  readonly #states = new Map<string, FileState>()

  constructor(api: SlackApi, clock: Clock) {
    this.#api = api
    this.#clock = clock
  }

  /** Whether all of them are processed; blocks may show none before that. `ageMs`: since they were completed. */
  processed(workspace: Workspace, ids: readonly string[], ageMs: number): Promise<Readiness> {
    return this.#all(workspace, ids, ageMs, ({ isProcessed }) => isProcessed)
  }

  /** Whether all of them can be seen in that conversation. */
  visible(workspace: Workspace, ids: readonly string[], ageMs: number, channel: string): Promise<Readiness> {
    return this.#all(workspace, ids, ageMs, ({ sharedIn }) => sharedIn.has(channel))
  }

  /** An event said so of a file of ours, perhaps before the call by which it was completed was answered. */
  wasShared(id: string, channel: string): void {
    const { sharedIn } = this.#state(id, 0)
    if (!sharedIn.has(channel)) sharedIn.set(channel, undefined)
  }

  /** The message by which it is seen there, where it is known. */
  shareOf(id: string, channel: string): string | undefined {
    return this.#states.get(id)?.sharedIn.get(channel)
  }

  /** Looks at one after the other, and no further than the first that is not there yet. */
  async #all(
    workspace: Workspace,
    ids: readonly string[],
    ageMs: number,
    holds: (state: FileState) => boolean,
  ): Promise<Readiness> {
    for (const id of ids) {
      const state = this.#state(id, ageMs)
      if (holds(state)) continue
      const waitMs = state.nextLookAtMs - this.#clock.monotonicMs()
      if (waitMs > 0) return { kind: 'later', afterMs: waitMs }
      await this.#look(workspace, id, state)
      if (!holds(state)) return { kind: 'later', afterMs: state.nextLookAtMs - this.#clock.monotonicMs() }
    }
    return { kind: 'ready' }
  }

  async #look(workspace: Workspace, id: string, state: FileState): Promise<void> {
    const called = await this.#api.call(workspace.token, 'files.info', client =>
      client.files.info({ file: id }),
    )
    const pauseMs = Math.min(longestPauseMs, firstLookMs * 1.5 ** state.looks)
    state.looks += 1
    state.nextLookAtMs = this.#clock.monotonicMs() + pauseMs
    const file = called.kind === 'done' ? called.value.file : undefined
    // Until a file is processed its mimetype is empty (java-slack-sdk #1349).
    if (file?.mimetype) state.isProcessed = true
    for (const [channel, [share]] of Object.entries({ ...file?.shares?.public, ...file?.shares?.private }))
      state.sharedIn.set(channel, share?.ts)
  }

  #state(id: string, ageMs: number): FileState {
    const known = this.#states.get(id)
    if (known !== undefined) return known
    const nextLookAtMs = this.#clock.monotonicMs() + Math.max(0, firstLookMs - ageMs)
    const state: FileState = { isProcessed: false, sharedIn: new Map(), looks: 0, nextLookAtMs }
    this.#states.set(id, state)
    const oldest = this.#states.keys().next()
    if (this.#states.size > mostRemembered && !oldest.done) this.#states.delete(oldest.value)
    return state
  }
}
