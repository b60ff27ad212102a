/** What a device's worker may use: limits that are set, limits that are found, and amounts as people write them. */
import { describe, expect, test } from 'vitest'
import { bytesOf } from '../../src/common/memory-amount.ts'
import type { DeviceConfig } from '../../src/config/config.ts'
import { type Gpu, parseGpus } from '../../src/devices/gpus.ts'
import { memoryBudgetBytes, withBudgets } from '../../src/devices/memory-budget.ts'

const gib = 2 ** 30
const machine = { freeBytes: 20 * gib, limitBytes: undefined }

test.each([
  ['what is free', machine, 19.5],
  ["a cgroup's limit, not the machine's memory", { ...machine, limitBytes: 16 * gib }, 15.5],
  ['what is free where others use the most of it', { freeBytes: 4 * gib, limitBytes: 16 * gib }, 3.5],
  ['a limit that is none', { ...machine, limitBytes: 2 ** 64 }, 19.5],
  ['a limit that is not known', { ...machine, limitBytes: 0 }, 19.5],
])('a CPU has %s, less what Easel itself needs', (_, found, gibs) => {
  expect(memoryBudgetBytes({ name: 'cpu' }, found)).toBe(gibs * gib)
})

test('workers that share a CPU share its memory', () => {
  expect(memoryBudgetBytes({ name: 'cpu:1', sharedBy: 3 }, machine)).toBe(6.5 * gib)
})

test('the configuration overrides what is found', () => {
  expect(memoryBudgetBytes({ name: 'cpu', memory: '12GB' }, machine)).toBe(12e9)
  expect(memoryBudgetBytes({ name: 'cuda:0', memory: '8 GiB' }, machine, 23_802)).toBe(8 * gib)
})

test('a card has what is free on it, less what CUDA itself needs; one of which nothing is known has no limit', () => {
  expect(memoryBudgetBytes({ name: 'cuda:0' }, machine, 8192)).toBe(7.5 * gib)
  expect(memoryBudgetBytes({ name: 'cuda:0' }, machine)).toBeUndefined()
})

test('a device that is full has next to nothing, which a worker can be told', () => {
  expect(memoryBudgetBytes({ name: 'cuda:0' }, machine, 100)).toBe(1)
  expect(memoryBudgetBytes({ name: 'cpu' }, { ...machine, freeBytes: 100 })).toBe(1)
})

describe('of the devices of a machine', () => {
  const device = (name: string, memory?: string): DeviceConfig => ({
    name,
    threads: 0,
    precision: 'auto',
    ...(memory !== undefined && { memory }),
  })
  const cards = parseGpus(
    '0, RTX 4090, 24564, 8704, [N/A], 550.54.14, 00000000:01:00.0\n1, H100, 81559, 4608, Disabled, 550.54.14, 00000001:AF:00.0\n',
  )
  const [first, second] = ['0000:01:00.0', '0001:af:00.0']

  /** The budgets in GiB, and how often the driver was asked. */
  async function budgets(
    devices: readonly DeviceConfig[],
    found: readonly Gpu[] | undefined,
    adapters: readonly string[] = [],
  ) {
    let asked = 0
    const listed = async () => {
      asked += 1
      return found
    }
    const parts = { cards: listed, adapterAddresses: () => adapters }
    const prepared = await withBudgets(devices, parts, machine)
    const gibs = prepared.map(({ memoryBytes }) => memoryBytes && memoryBytes / gib)
    return { gibs, asked }
  }

  test('each CUDA card has its own', async () => {
    const devices = [device('cuda:1'), device('cuda:0'), device('cuda:2'), device('cpu')]
    expect(await budgets(devices, cards)).toEqual({ gibs: [4, 8, undefined, 19.5], asked: 1 })
  })

  test('a driver that does not answer leaves cards without one', async () => {
    expect((await budgets([device('cuda:0'), device('cpu')], undefined)).gibs).toEqual([undefined, 19.5])
  })

  test('the driver is not asked where no card’s budget is open', async () => {
    const devices = [device('cpu'), device('cuda:0', '6 GiB'), device('webgpu', '5 GiB')]
    expect(await budgets(devices, cards)).toEqual({ gibs: [19.5, 6, 5], asked: 0 })
  })

  test.each([
    ['the only adapter', [second], 4],
    ['one of two adapters', [second, first], undefined],
    ['beside an adapter that is no card of NVIDIA’s', ['0000:00:02.0'], undefined],
    ['among adapters that are not known', [], undefined],
  ])('WebGPU has that of a card that is %s: %j', async (_, adapters, gibs) => {
    expect((await budgets([device('webgpu')], cards, adapters)).gibs).toEqual([gibs])
  })
})

test.each([
  ['12GB', 12e9],
  ['1.5 GiB', 1.5 * gib],
  ['500MB', 5e8],
  ['512 MiB', 2 ** 29],
  ['12', undefined],
  ['12 G', undefined],
  ['-1GB', undefined],
])('%s', (text, bytes) => {
  expect(bytesOf(text)).toBe(bytes)
})
