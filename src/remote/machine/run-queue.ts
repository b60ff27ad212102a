/** The runs that wait for a shared device: whose turn it is, and the moment in which the device is kept for the next run of one gateway. */
import type { MessageToWorker } from '../../engine/host/protocol.ts'
import type { Clock } from '../../system/ports.ts'
import type { DeviceClient } from './device-client.ts'
import { Turns } from './turns.ts'

/** Whoever waits for a turn is told that often: a gateway gives up a run of which it hears nothing for ten minutes. */
const reminderMs = 60_000

export interface Run {
  readonly client: DeviceClient
  readonly message: Extract<MessageToWorker, { kind: 'run' }>
}

export interface RunQueueParts {
  clock: Clock
  /** Shares of the device's time are as the weights of the gateways. */
  weightOf: (gateway: string) => number
  /** After a run of a gateway whose turn it still is: the time in which its result arrives there and its next run comes. */
  holdMs: number
  /** A hold is over: there may be a next run. */
  onFree: () => void
}

export class RunQueue {
  readonly #parts: RunQueueParts
  readonly #turns = new Turns()
  /** Oldest first. */
  readonly #waiting: Run[] = []
  /** The gateway whose next run is waited for, though others have one. */
  #heldFor: string | undefined
  #endHold: () => void = () => {}
  #endReminder: (() => void) | undefined

  constructor(parts: RunQueueParts) {
    this.#parts = parts
  }

  get first(): Run | undefined {
    return this.#waiting[0]
  }

  /** Whether a run may begin. */
  get isDue(): boolean {
    return this.#heldFor === undefined && this.#waiting.length > 0
  }

  add(run: Run): void {
    this.#waiting.push(run)
    this.#turns.arrive(run.client.gateway)
    this.#endReminder ??= this.#parts.clock.after(reminderMs, () => this.#remind())
    if (this.#heldFor === run.client.gateway) this.release()
  }

  /** Takes the next run, which begins now. */
  begin(): Run | undefined {
    const gateway = this.#turns.next()
    const run = this.#waiting.find(({ client }) => client.gateway === gateway)
    if (!run) return undefined
    this.#turns.begin(run.client.gateway)
    this.#remove(run)
    // Another of its channels has one, too.
    if (this.#waiting.some(({ client }) => client.gateway === gateway)) this.#turns.arrive(run.client.gateway)
    return run
  }

  /** The run that began last used the device for so long. */
  end({ client: { gateway } }: Run, usedMs: number): void {
    this.#turns.end(gateway, usedMs, this.#parts.weightOf(gateway))
  }

  /** Keeps the device free for a moment, if the gateway is owed its next run. */
  hold(gateway: string): void {
    if (!this.#turns.isOwed(gateway)) return
    const { clock, holdMs, onFree } = this.#parts
    this.#heldFor = gateway
    this.#endHold = clock.after(holdMs, () => {
      this.release()
      onFree()
    })
  }

  release(): void {
    this.#endHold()
    this.#heldFor = undefined
  }

  /** False where no such run waits. */
  cancel(client: DeviceClient, runId: number): boolean {
    const run = this.#waiting.find(one => one.client === client && one.message.runId === runId)
    if (run) this.#remove(run)
    return run !== undefined
  }

  /** None of its runs waits any more. */
  withdraw(client: DeviceClient): void {
    for (const run of this.#waiting.filter(one => one.client === client)) this.#remove(run)
  }

  /** Empties the queue. */
  takeAll(): Run[] {
    const all = [...this.#waiting]
    for (const run of all) this.#remove(run)
    return all
  }

  /** The gateway has no channel to the device any more: nothing is kept for it. */
  leave(gateway: string): void {
    if (this.#heldFor !== gateway) return
    this.release()
    this.#parts.onFree()
  }

  /** The gateway is gone. */
  forget(gateway: string): void {
    this.#turns.forget(gateway)
  }

  #remove(run: Run): void {
    this.#waiting.splice(this.#waiting.indexOf(run), 1)
    const { gateway } = run.client
    if (this.#waiting.every(({ client }) => client.gateway !== gateway)) this.#turns.withdraw(gateway)
    if (this.#waiting.length > 0) return
    this.#endReminder?.()
    this.#endReminder = undefined
  }

  #remind(): void {
    this.#endReminder = this.#parts.clock.after(reminderMs, () => this.#remind())
    for (const { client, message } of this.#waiting)
      client.onMessage({ kind: 'waiting', runId: message.runId })
  }
}
