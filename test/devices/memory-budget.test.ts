/** What a device's worker may use: limits that are set, limits that are found, and amounts as people write them. */
import { expect, test } from 'vitest'
import { bytesOf } from '../../src/common/memory-amount.ts'
import { memoryBudgetBytes } from '../../src/devices/memory-budget.ts'

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

test('the configuration overrides what is found', () => {
  expect(memoryBudgetBytes({ name: 'cpu', memory: '12GB' }, machine)).toBe(12e9)
  expect(memoryBudgetBytes({ name: 'cuda:0', memory: '8 GiB' }, machine)).toBe(8 * gib)
})

test('a GPU without a setting has no limit', () => {
  expect(memoryBudgetBytes({ name: 'cuda:0' }, machine)).toBeUndefined()
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
