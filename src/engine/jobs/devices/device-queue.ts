/** Runs one task at a time on a device. The durable queue is the database; nothing waits here for long. */
import PQueue from 'p-queue'

export class DeviceQueue {
  // No `timeout`: it would start the next task while the timed-out one still uses the device.
  readonly #queue = new PQueue({ concurrency: 1 })

  get free(): boolean {
    return this.#queue.pending === 0 && this.#queue.size === 0
  }

  /** Runs `task` when nothing else does. */
  run<T>(task: () => Promise<T>): Promise<T> {
    return this.#queue.add(task)
  }

  /** Resolves when nothing runs. */
  idle(): Promise<void> {
    return this.#queue.onIdle()
  }
}
