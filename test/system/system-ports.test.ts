import { expect, test, vi } from 'vitest'
import { systemClock, systemIds, systemRandom } from '../../src/system/system-ports.ts'

test('ids are 16 of [0-9a-z], every letter as likely as the others, none twice', () => {
  const ids = Array.from({ length: 5000 }, () => systemIds.next())
  for (const id of ids) expect(id).toMatch(/^[0-9a-z]{16}$/)
  expect(new Set(ids).size).toBe(ids.length)
  const counts = new Map<string, number>()
  for (const letter of ids.join('')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  expect(counts.size).toBe(36)
  // 80,000 letters, 2222 of each expected, standard deviation 46: eight deviations are no accident.
  for (const count of counts.values()) expect(Math.abs(count - 80_000 / 36)).toBeLessThan(8 * 46.5)
})

test('random numbers are whole and span 32 bits', () => {
  const numbers = Array.from({ length: 1000 }, () => systemRandom.uint32())
  for (const number of numbers) expect(Number.isInteger(number) && number >= 0 && number < 2 ** 32).toBe(true)
  expect(Math.max(...numbers)).toBeGreaterThan(2 ** 31)
  expect(Math.min(...numbers)).toBeLessThan(2 ** 31)
})

test('a timer fires once, and not after it was cancelled, nor at once because its delay is huge', () => {
  vi.useFakeTimers()
  try {
    const fire = vi.fn()
    systemClock.after(10, fire)
    systemClock.after(10, fire)()
    const cancelHuge = systemClock.after(2 ** 40, fire)
    vi.advanceTimersByTime(1000)
    expect(fire).toHaveBeenCalledTimes(1)
    cancelHuge()
  } finally {
    vi.useRealTimers()
  }
})

test('a timer never fires before its time has come on the clock beside it', async () => {
  const earlyMs = await Promise.all(
    Array.from({ length: 300 }, (_, i) => {
      const dueMs = systemClock.monotonicMs() + i / 7
      return new Promise<number>(resolve => {
        systemClock.after(i / 7, () => resolve(dueMs - systemClock.monotonicMs()))
      })
    }),
  )
  expect(Math.max(...earlyMs)).toBeLessThanOrEqual(0)
})
