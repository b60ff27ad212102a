/** Which device gets a job, of those that are free. */
import { expect, test } from 'vitest'
import { type MemoryKind, nothingNeeded } from '../../../../src/common/memory-need.ts'
import { deferred } from '../../../../src/engine/host/deferred.ts'
import type { Device } from '../../../../src/engine/jobs/devices/device.ts'
import { DeviceList } from '../../../../src/engine/jobs/devices/device-list.ts'
import { Speeds } from '../../../../src/engine/jobs/times/speeds.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'
import { RememberingLog } from '../../../fakes/fake-parts.ts'
import { FakeWorkers } from '../../../fakes/fake-workers.ts'
import { aPaintOrder } from '../../../helpers/work-orders.ts'

const paint = { modelHash: 'sdxl', needs: ['sdxl'], neededMemory: nothingNeeded }
const quiet = { isolated: false, signal: new AbortController().signal, onLoading() {}, onStep() {} }

/** Counts how often a device is asked what it holds. */
class CountingHoldings extends Set<string> {
  looks = 0
  override has(hash: string): boolean {
    this.looks += 1
    return super.has(hash)
  }
}

function listOf(count: number, holdings = new CountingHoldings(['sdxl', 'other'])): DeviceList {
  const parts = { speeds: new Speeds(), clock: new FakeClock(), log: new RememberingLog() }
  const list = new DeviceList({ ...parts, onHung() {}, onChange() {} })
  for (let i = 0; i < count; i++) {
    const { device: name, openHost } = new FakeWorkers({ device: `fake:${i}` })
    list.add({ name, holdings, openHost })
  }
  return list
}

/** It has the model when the run has ended. */
async function runOn(list: DeviceList, modelHash: string): Promise<Device> {
  const device = list.choose({ ...paint, modelHash, needs: [] }, undefined)
  if (!device) throw new Error('no device is free')
  await list.run(device, async () => void (await device.run(aPaintOrder(), modelHash, {}, quiet)))
  return device
}

test('a job goes to a device that has its model, and to the one that it failed on only where no other is free', async () => {
  const list = listOf(3)
  const other = await runOn(list, 'other')
  const warm = await runOn(list, 'sdxl')
  expect(list.freeModels()).toEqual(new Set(['sdxl', 'other']))
  expect(list.choose(paint, undefined)).toBe(warm)
  expect(list.choose(paint, other.name)).toBe(warm)
  expect([warm, undefined]).not.toContain(list.choose(paint, warm.name))
  const busy = deferred<void>()
  const runs = list.ready().flatMap(device => (device === warm ? [] : [list.run(device, () => busy.promise)]))
  expect(list.choose(paint, warm.name)).toBe(warm)
  expect(list.freeModels()).toEqual(new Set(['sdxl']))
  expect(list.choose({ ...paint, needs: ['lora'] }, undefined)).toBeUndefined()
  busy.resolve()
  await Promise.all(runs)
  expect(list.freeModels()).toEqual(new Set(['sdxl', 'other']))
})

test('a choice does not look at busy devices, however many there are', async () => {
  const holdings = new CountingHoldings(['sdxl'])
  const list = listOf(300, holdings)
  const busy = deferred<void>()
  const [last, ...others] = list.ready().reverse()
  const runs = others.map(device => list.run(device, () => busy.promise))
  expect(list.choose(paint, undefined)).toBe(last)
  expect(holdings.looks).toBe(1)
  await list.remove(last?.name ?? '', 0)
  expect(list.hasFree).toBe(false)
  busy.resolve()
  await Promise.all(runs)
  expect(list.hasFree).toBe(true)
})

test('whether a free device can run a job changes with the devices that are free', async () => {
  const list = listOf(0)
  const job = { ...paint, neededMemory: { cpu: 8, float32: 6, float16: 3 } }
  const join = (name: string, memoryKind: MemoryKind, memoryBytes: number) => {
    const { openHost } = new FakeWorkers({ device: name })
    list.add({ name, memoryKind, memoryBytes, openHost })
  }
  join('cpu', 'cpu', 7)
  join('cuda:0', 'float32', 5)
  expect([list.canRun(job), list.canRun({ ...job, neededMemory: nothingNeeded })]).toEqual([false, true])
  join('cuda:1', 'float16', 3)
  expect(list.canRun(job)).toBe(true)
  const device = list.choose(job, undefined)
  expect(device?.name).toBe('cuda:1')
  const busy = deferred<void>()
  const run = device && list.run(device, () => busy.promise)
  expect(list.canRun(job)).toBe(false)
  busy.resolve()
  await run
  expect(list.canRun(job)).toBe(true)
  expect(list.canRun({ ...job, needs: ['lora'] })).toBe(true)
})
