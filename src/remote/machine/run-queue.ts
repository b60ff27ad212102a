/** The runs that wait for a shared device: their order, and the reservation of the device for the next run of one gateway. */
import type { MessageToWorker } from '../../engine/host/protocol.ts'
import type { Clock } from '../../system/ports.ts'
import type { DeviceClient } from './device-client.ts'
import { StartTimeFairQueue } from './start-time-fair-queue.ts'

/** The interval of reminders to gateways whose runs wait. A gateway gives up a run without any message for ten minutes. */
const reminderMs = 60_000

export interface QueuedRun {
  readonly client: DeviceClient
  readonly message: Extract<MessageToWorker, { kind: 'run' }>
}

export interface RunQueueParts {
  clock: Clock
  /** Gateways share the device's time in the ratio of their weights. */
  weightOf: (gateway: string) => number
  /** The length of a reservation, in which a result reaches its gateway and the gateway's next run arrives. */
  reservationMs: number
  /** Called when a reservation has ended, so another run may begin. */
  onFree: () => void
}

export class RunQueue {
  readonly #parts: RunQueueParts
  readonly #order = new StartTimeFairQueue()
  /** Oldest first. */
  readonly #waiting: QueuedRun[] = []
  /** The gateway for whose next run the device is reserved while runs of others wait. */
  #reservedFor: string | undefined
  #cancelReservationTimer: () => void = () => {}
  #endReminder: (() => void) | undefined

  constructor(parts: RunQueueParts) {
    this.#parts = parts
  }

  get first(): QueuedRun | undefined {
    return this.#waiting[0]
  }

  /** Whether a run may begin. */
  get isDue(): boolean {
    return this.#reservedFor === undefined && this.#waiting.length > 0
  }

  add(run: QueuedRun): void {
    this.#waiting.push(run)
    this.#order.arrive(run.client.gateway)
    this.#endReminder ??= this.#parts.clock.after(reminderMs, () => this.#remind())
    if (this.#reservedFor === run.client.gateway) this.endReservation()
  }

  /** Removes and returns the next run, which begins now. */
  begin(): QueuedRun | undefined {
    const gateway = this.#order.next()
    const run = this.#waiting.find(({ client }) => client.gateway === gateway)
    if (!run) return undefined
    this.#order.begin(run.client.gateway)
    this.#remove(run)
    // Another channel of the same gateway may have a run waiting.
    if (this.#waiting.some(({ client }) => client.gateway === gateway)) this.#order.arrive(run.client.gateway)
    return run
  }

  /** Records how long the last run used the device. */
  end({ client: { gateway } }: QueuedRun, usedMs: number): void {
    this.#order.end(gateway, usedMs, this.#parts.weightOf(gateway))
  }

  /** Reserves the device for `reservationMs`, if the gateway's next run would come first. */
  reserve(gateway: string): void {
    if (!this.#order.wouldComeFirst(gateway)) return
    const { clock, reservationMs, onFree } = this.#parts
    this.#reservedFor = gateway
    this.#cancelReservationTimer = clock.after(reservationMs, () => {
      this.endReservation()
      onFree()
    })
  }

  /** Ends the reservation, if there is one. */
  endReservation(): void {
    this.#cancelReservationTimer()
    this.#reservedFor = undefined
  }

  /** Removes one waiting run. False if no such run waits. */
  cancel(client: DeviceClient, runId: number): boolean {
    const run = this.#waiting.find(one => one.client === client && one.message.runId === runId)
    if (run) this.#remove(run)
    return run !== undefined
  }

  /** Removes the client's waiting runs. */
  withdraw(client: DeviceClient): void {
    for (const run of this.#waiting.filter(one => one.client === client)) this.#remove(run)
  }

  /** Removes all waiting runs, and returns them. */
  takeAll(): QueuedRun[] {
    const all = [...this.#waiting]
    for (const run of all) this.#remove(run)
    return all
  }

  /** Ends the reservation for a gateway that has no channel to the device any more. */
  leave(gateway: string): void {
    if (this.#reservedFor !== gateway) return
    this.endReservation()
    this.#parts.onFree()
  }

  /** Forgets the gateway's past runs. */
  forget(gateway: string): void {
    this.#order.forget(gateway)
  }

  #remove(run: QueuedRun): void {
    this.#waiting.splice(this.#waiting.indexOf(run), 1)
    const { gateway } = run.client
    if (this.#waiting.every(({ client }) => client.gateway !== gateway)) this.#order.withdraw(gateway)
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
