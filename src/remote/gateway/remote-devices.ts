/** Adds the devices of joining machines to the pool, and removes those of leaving machines. */
import { memoryKindOf } from '../../common/memory-need.ts'
import type { DeviceOpeners } from '../../engine/jobs/devices/device.ts'
import type { Fetching, MachineRecord, MachineRefusal, Reference } from '../presence/records.ts'
import type { MachineAdmission } from './admission.ts'
import type { Gateway } from './gateway.ts'
import { RemoteHost } from './remote-host.ts'

/** A model of the gateway that a machine does not have. `found`: the hash of the machine's model of that name. */
export interface MissingModel extends Reference {
  readonly found?: string
}

export type MachineEvent =
  | { kind: 'joined'; name: string; devices: string[]; missingModels: MissingModel[] }
  | { kind: 'left'; name: string }
  | { kind: 'refused'; name: string; why: MachineRefusal }
  /** The machine's name is unknown, because the name is sealed with the other key. */
  | { kind: 'other-key' }

export interface RemoteDevicesParts {
  gateway: Pick<Gateway, 'open'>
  pool: { addDevice(device: DeviceOpeners): void; removeDevice(name: string): Promise<void> }
  /** The gateway's own models. */
  models: readonly Reference[]
  onEvent: (event: MachineEvent) => void
}

/** The maximum number of reported machines with another key, because anybody who can write to Redis can invent them. */
const maxOtherKeys = 32

/** A machine whose devices are in the pool. */
interface Joined {
  readonly name: string
  readonly devices: Set<string>
}

export class RemoteDevices {
  readonly #parts: RemoteDevicesParts
  /** By the machine's id. */
  readonly #joined = new Map<string, Joined>()
  /** The reported refusals: id and reason. */
  readonly #refused = new Set<string>()
  /** The ids of the reported machines with another key. */
  readonly #otherKeyIds = new Set<string>()
  #fetching: ReadonlyMap<string, Fetching | undefined> = new Map()
  /** The removed devices whose last job still runs. Their names stay in use until it ends. */
  readonly #leaving = new Set<string>()

  constructor(parts: RemoteDevicesParts) {
    this.#parts = parts
  }

  /** Called after each heartbeat, with all machines that are present. */
  update(admissions: readonly MachineAdmission[], otherKeyIds: readonly string[] = []): void {
    this.#fetching = new Map(admissions.map(({ id, record }) => [id, record.fetching]))
    const present = new Map(admissions.filter(isUsable).map(({ id, record }) => [id, record]))
    for (const [id, joined] of this.#joined) if (!present.has(id)) this.#leave(id, joined)
    for (const [id, record] of present) this.#join(id, record)
    for (const { id, record, refused } of admissions) if (refused) this.#refuse(id, record.name, refused)
    for (const id of otherKeyIds) this.#reportOtherKey(id)
  }

  #join(id: string, record: MachineRecord): void {
    const { name } = record
    const known = this.#joined.get(id)
    const joined = known ?? { name, devices: new Set<string>() }
    this.#joined.set(id, joined)
    if (!known) {
      const devices = record.devices.map(device => device.name)
      this.#parts.onEvent({ kind: 'joined', name, devices, missingModels: this.#missingModelsOf(record) })
    }
    for (const device of record.devices) {
      const fullName = `${name}/${device.name}`
      if (joined.devices.has(device.name) || this.#leaving.has(fullName)) continue
      joined.devices.add(device.name)
      this.#parts.pool.addDevice(this.#openersOf(id, fullName, device, record))
    }
  }

  #leave(id: string, { name, devices }: Joined): void {
    this.#joined.delete(id)
    for (const device of devices) this.#remove(`${name}/${device}`)
    this.#parts.onEvent({ kind: 'left', name })
  }

  #remove(fullName: string): void {
    this.#leaving.add(fullName)
    void this.#parts.pool.removeDevice(fullName).finally(() => this.#leaving.delete(fullName))
  }

  #refuse(id: string, name: string, why: MachineRefusal): void {
    const key = `${id} ${why}`
    if (this.#refused.has(key)) return
    this.#refused.add(key)
    this.#parts.onEvent({ kind: 'refused', name, why })
  }

  #reportOtherKey(id: string): void {
    if (this.#otherKeyIds.has(id) || this.#otherKeyIds.size >= maxOtherKeys) return
    this.#otherKeyIds.add(id)
    this.#parts.onEvent({ kind: 'other-key' })
  }

  #missingModelsOf({ models }: MachineRecord): MissingModel[] {
    const held = new Set(models.map(({ hash }) => hash))
    const byName = new Map(models.map(({ name, hash }) => [name, hash]))
    return this.#parts.models
      .filter(({ hash }) => !held.has(hash))
      .map(({ name, hash }) => {
        const found = byName.get(name)
        return { name, hash, ...(found !== undefined && { found }) }
      })
  }

  #openersOf(
    id: string,
    fullName: string,
    { name, memoryBytes, precision }: MachineRecord['devices'][number],
    { models, files }: MachineRecord,
  ): DeviceOpeners {
    const { gateway } = this.#parts
    return {
      name: fullName,
      ...(memoryBytes !== undefined && { memoryBytes }),
      memoryKind: memoryKindOf(name, precision),
      holdings: new Set([...models, ...files].map(({ hash }) => hash)),
      fetching: () => this.#fetching.get(id),
      // The machine configures its own workers.
      openHost: () => new RemoteHost({ device: fullName, setup: null, open: () => gateway.open(id, name) }),
    }
  }
}

function isUsable({ record, refused }: MachineAdmission): boolean {
  return refused === undefined && !record.draining
}
