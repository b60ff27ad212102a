/** A gateway and machines of one process over a real Redis, and waiting for what they notice. */
import type { Redis } from 'ioredis'
import type { MachineAdmission } from '../../../src/remote/gateway/admission.ts'
import { Gateway } from '../../../src/remote/gateway/gateway.ts'
import { Machine, type MachineOptions, type MachineStatus } from '../../../src/remote/machine/machine.ts'
import type { LentDevice } from '../../../src/remote/machine/shared-device.ts'
import type { ServedModel } from '../../../src/remote/models/model-server.ts'
import type { Reference } from '../../../src/remote/presence/records.ts'
import { connectRedis } from '../../../src/remote/redis/connect.ts'
import { readRedisAddress } from '../../../src/remote/redis/redis-url.ts'
import { readSealingKeys } from '../../../src/remote/seal/sealing-keys.ts'
import type { SharedStore } from '../../../src/remote/store/stored-messages.ts'
import type { Clock, Logger } from '../../../src/system/ports.ts'
import { systemClock, systemIds } from '../../../src/system/system-ports.ts'
import { aPaintOrder } from '../work-orders.ts'

export const testKey = (fill = 1) => Buffer.alloc(32, fill).toString('base64')

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

interface End {
  url: string
  key?: string
  clock?: Clock
  store?: SharedStore
}

/** Resolves when a beat that has just begun has written its record and read the others: one round trip each. */
export async function exchanged(redis: Redis): Promise<void> {
  for (let trip = 0; trip < 4; trip++) await redis.ping()
}

export function common({ url, key = testKey(), clock = systemClock, store }: End) {
  const redis: Redis = connectRedis(
    readRedisAddress({ url, allowedWithoutTls: [], caFile: '' }, {}),
    () => {},
  )
  return {
    redis,
    prefix: 'easel',
    keys: readSealingKeys({ workerKey: key }),
    clock,
    log: silent,
    ...(store && { store }),
    id: systemIds.next(),
    version: '0',
  }
}

export function startGateway(
  end: End & {
    weight?: number
    models?: readonly ServedModel[]
    operator?: { drained: readonly string[] }
    onMachines?: (found: readonly MachineAdmission[], otherKeyIds: readonly string[]) => void
  },
) {
  const given = common(end)
  const machines = new Signal<readonly MachineAdmission[]>([])
  const gateway = new Gateway({
    ...given,
    ids: systemIds,
    ...(end.models && { models: end.models }),
    ...(end.operator && { operator: end.operator }),
    weight: end.weight ?? 1,
    onMachines: (found, otherKeyIds) => {
      machines.set(found)
      end.onMachines?.(found, otherKeyIds)
    },
  })
  gateway.start()
  return {
    gateway,
    id: given.id,
    exchanged: () => exchanged(given.redis),
    machines,
    async end() {
      await gateway.close()
      given.redis.disconnect()
    },
    /** As a kill: nobody is told. */
    cut: () => given.redis.disconnect(),
  }
}

export function startMachine(
  end: End & {
    name?: string
    devices: readonly LentDevice[]
    models?: readonly Reference[]
    reservationMs?: number
    fetch?: MachineOptions['fetch']
  },
) {
  const given = common(end)
  const status = new Signal<MachineStatus>({ kind: 'alone' })
  const machine = new Machine({
    ...given,
    name: end.name ?? 'm1',
    devices: end.devices,
    models: end.models ?? [aPaintOrder().model],
    files: [],
    ...(end.fetch && { fetch: end.fetch }),
    ...(end.reservationMs !== undefined && { reservationMs: end.reservationMs }),
    onStatus: found => status.set(found),
  })
  machine.start()
  return {
    machine,
    id: given.id,
    exchanged: () => exchanged(given.redis),
    status,
    /** As a kill: nobody is told. */
    cut: () => given.redis.disconnect(),
    async end() {
      await machine.end()
      given.redis.disconnect()
    },
  }
}

/** The machine's time, so many times as fast: limits in seconds are over in a fraction of them. */
export function fastClock(factor: number): Clock {
  return {
    now: () => systemClock.now(),
    monotonicMs: () => systemClock.monotonicMs() * factor,
    after: (delayMs, fire) => systemClock.after(delayMs / factor, fire),
  }
}

/** A value that changes, and waiting until it is as expected. */
export class Signal<Value> {
  #value: Value
  #waiters: (() => void)[] = []

  constructor(value: Value) {
    this.#value = value
  }

  get value(): Value {
    return this.#value
  }

  set(value: Value): void {
    this.#value = value
    for (const wake of this.#waiters.splice(0)) wake()
  }

  async until(isMet: (value: Value) => boolean): Promise<Value> {
    while (!isMet(this.#value)) await new Promise<void>(resolve => this.#waiters.push(resolve))
    return this.#value
  }
}
