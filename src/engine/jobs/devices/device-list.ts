/**
 * The pool's devices, and the free ones among them by their loaded model, so that the choice of a device does not visit busy
 * devices.
 */
import { type NeededMemory, nothingNeeded } from '../../../common/memory-need.ts'
import { type DeviceResources, type JobNeeds, memoryKindOn, memoryLimitOf } from '../job-fit.ts'
import type { QueuedJob } from '../job-store.ts'
import { Device, type DeviceOpeners, type DeviceParts, type DeviceStatus } from './device.ts'
import type { StopResult } from './device-worker.ts'

/** The parts of a job on which the choice of a device depends. */
type PlacedJob = Pick<QueuedJob, 'modelHash' | keyof JobNeeds>

export interface DeviceListParts extends Pick<DeviceParts, 'speeds' | 'clock' | 'log' | 'onHung'> {
  /** Whether no device can join later. */
  isClosed?: boolean
  /** Called when a device may have become free. */
  onChange: () => void
}

export class DeviceList {
  readonly #parts: DeviceListParts
  /** The devices are in the order in which they joined. */
  readonly #devices = new Set<Device>()
  /** The free devices by the hash of their model, in each set the one that is free longest first. No set is empty. */
  readonly #free = new Map<string | undefined, Set<Device>>()
  /** The names of paused devices, which get no job. A device of that name need not be present. */
  #paused: ReadonlySet<string> = new Set()
  /** The key in `#free` of each free device. */
  readonly #modelOfFree = new Map<Device, string | undefined>()
  /** The maximum memory of a free device, by kind; undefined until it is needed after a change of the free devices. */
  #maxFreeMemory: NeededMemory | undefined

  constructor(parts: DeviceListParts) {
    this.#parts = parts
  }

  /** Adds a device, whose name must be free. */
  add(openers: DeviceOpeners): void {
    const device: Device = new Device({
      ...this.#parts,
      ...openers,
      onChange: () => this.#emitChange(device),
    })
    this.#devices.add(device)
    this.#updateFree(device)
  }

  /** Removes a device: it gets no more tasks, and its running task may finish. */
  async remove(name: string, limitMs: number): Promise<void> {
    const device = [...this.#devices].find(one => one.name === name)
    if (!device) return
    this.#devices.delete(device)
    this.#updateFree(device)
    await device.queue.idle()
    await device.stop(limitMs)
  }

  /** Resolves when nothing runs on any device. */
  async idle(): Promise<void> {
    await Promise.all([...this.#devices].map(device => device.queue.idle()))
  }

  stop(limitMs: number): Promise<StopResult[]> {
    return Promise.all([...this.#devices].map(device => device.stop(limitMs)))
  }

  /** Replaces the names of the paused devices. */
  setPaused(names: ReadonlySet<string>): void {
    this.#paused = names
    for (const device of this.#devices) this.#updateFree(device)
  }

  /** Whether there are devices, and none may get a job before the operator resumes it. */
  get isPaused(): boolean {
    return this.#devices.size > 0 && [...this.#devices].every(({ name }) => this.#paused.has(name))
  }

  /** The devices that work and are not paused, free or busy. */
  ready(): Device[] {
    return [...this.#devices].filter(({ state, name }) => state === 'ready' && !this.#paused.has(name))
  }

  resources(): DeviceResources[] {
    return Array.from(this.#devices, ({ resources }) => resources)
  }

  statuses(): DeviceStatus[] {
    return [...this.#devices].map(({ status, name }) => ({ ...status, isPaused: this.#paused.has(name) }))
  }

  /** Runs a task on a free device. */
  async run(device: Device, task: () => Promise<void>): Promise<void> {
    const run = device.queue.run(task)
    this.#updateFree(device)
    try {
      await run
    } finally {
      this.#emitChange(device)
    }
  }

  #emitChange(device: Device): void {
    this.#updateFree(device)
    this.#parts.onChange()
  }

  /** Updates the sets of free devices, after a device became free or busy. */
  #updateFree(device: Device): void {
    this.#maxFreeMemory = undefined
    if (this.#modelOfFree.has(device)) {
      const model = this.#modelOfFree.get(device)
      const alike = this.#free.get(model)
      alike?.delete(device)
      if (alike?.size === 0) this.#free.delete(model)
      this.#modelOfFree.delete(device)
    }
    if (!this.#devices.has(device) || !device.free || this.#paused.has(device.name)) return
    const model = device.warmModel
    const alike = this.#free.get(model) ?? new Set()
    this.#free.set(model, alike)
    alike.add(device)
    this.#modelOfFree.set(device, model)
  }

  get hasFree(): boolean {
    return this.#modelOfFree.size > 0
  }

  /** Whether a free device has all that a job needs: its files and its memory. */
  canRun(job: PlacedJob): boolean {
    if (this.#maxFreeMemory && !fitsOneKind(this.#maxFreeMemory, job.neededMemory)) return false
    const [first] = this.#freeFor(job.modelHash)
    if (!first) return false
    if (first.canHold(job)) return true
    this.#maxFreeMemory ??= maxMemoryOf(this.#modelOfFree.keys())
    return fitsOneKind(this.#maxFreeMemory, job.neededMemory) && this.#choose(job, () => true) !== undefined
  }

  /**
   * Returns the job for the queue. A job that no device can hold, now or later, would wait for ever, for example because less memory
   * is free than at its acceptance. It is returned without its memory need, so that it is tried and fails with the reason.
   */
  withSatisfiableNeeds(job: QueuedJob): QueuedJob {
    const isUnsatisfiable = this.#parts.isClosed === true && !this.#isHeld(job)
    return isUnsatisfiable ? { ...job, neededMemory: nothingNeeded } : job
  }

  /** Whether a present device, free or busy, has all that a job needs. */
  #isHeld(job: JobNeeds): boolean {
    for (const device of this.#devices) if (device.canHold(job)) return true
    return false
  }

  /**
   * A free device that has all that the job needs. Preferably it is not the device on which the last attempt failed; among the
   * others, one that has loaded the model is preferred.
   */
  choose(job: PlacedJob, failedOn: string | undefined): Device | undefined {
    return this.#choose(job, ({ name }) => name !== failedOn) ?? this.#choose(job, () => true)
  }

  /** The hashes of the models that free devices have loaded. */
  freeModels(): ReadonlySet<string> {
    return new Set([...this.#free.keys()].flatMap(model => model ?? []))
  }

  /** The hashes of all loaded models. */
  loadedModels(): ReadonlySet<string> {
    const models = new Set<string>()
    for (const { warmModel } of this.#devices) if (warmModel !== undefined) models.add(warmModel)
    return models
  }

  #choose(job: PlacedJob, isAllowed: (device: Device) => boolean): Device | undefined {
    for (const device of this.#freeFor(job.modelHash)) {
      if (isAllowed(device) && device.canHold(job)) return device
    }
    return undefined
  }

  /** All free devices, first those with the model. */
  *#freeFor(modelHash: string): Iterable<Device> {
    yield* this.#free.get(modelHash) ?? []
    for (const [model, devices] of this.#free) if (model !== modelHash) yield* devices
  }
}

/** The maximum bytes by kind of memory; -1 for a kind without devices. */
function maxMemoryOf(devices: Iterable<Device>): NeededMemory {
  const most = { cpu: -1, float32: -1, float16: -1 }
  for (const { resources } of devices) {
    const kind = memoryKindOn(resources)
    most[kind] = Math.max(most[kind], memoryLimitOf(resources))
  }
  return most
}

/** Whether the maximum memory suffices on at least one kind of device. */
function fitsOneKind(most: NeededMemory, needed: NeededMemory): boolean {
  return needed.cpu <= most.cpu || needed.float32 <= most.float32 || needed.float16 <= most.float16
}
