/** The operator's pauses of devices. A command in another process writes them to the store, and the pool reads them here. */
import { toAppError } from '../../../errors/errors.ts'
import type { Logger } from '../../../system/ports.ts'
import type { JobStore } from '../job-store.ts'
import type { Timers } from '../timers.ts'

const intervalMs = 2000

export interface PausesParts {
  store: Pick<JobStore, 'pausedDevices'>
  timers: Timers
  log: Logger
  /** The names of the devices that are paused now. */
  onChange: (paused: ReadonlySet<string>) => void
}

export class Pauses {
  readonly #parts: PausesParts
  #paused: ReadonlySet<string> = new Set()

  constructor(parts: PausesParts) {
    this.#parts = parts
  }

  /** Reads the pauses now, and then every two seconds. */
  start(): void {
    if (!this.#parts.store.pausedDevices) return
    this.read()
    this.#parts.timers.after(intervalMs, () => this.start())
  }

  read(): void {
    const before = this.#paused
    const paused = this.#readStored()
    if (paused.size === before.size && [...paused].every(name => before.has(name))) return
    this.#parts.log.info({ paused: [...paused] }, 'the paused devices changed')
    this.#paused = paused
    this.#parts.onChange(paused)
  }

  /** The stored pauses; the known ones if the store cannot be read. */
  #readStored(): ReadonlySet<string> {
    try {
      return new Set(this.#parts.store.pausedDevices?.())
    } catch (error) {
      this.#parts.log.error({ error: toAppError(error).message }, 'the paused devices could not be read')
      return this.#paused
    }
  }
}
