import { expect, test } from 'vitest'
import { Quarantine } from '../../../../src/engine/jobs/devices/quarantine.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'

/** A quarantine whose probes say in turn what `answers` says, then that the device works. */
function quarantine(...answers: boolean[]) {
  const clock = new FakeClock()
  const waits: number[] = []
  let ends = 0
  const t = new Quarantine({
    clock,
    probe: async () => answers.shift() ?? true,
    onBegin: waitMs => waits.push(waitMs),
    onEnd: () => {
      ends += 1
    },
  })
  const settle = () => new Promise<void>(resolve => setImmediate(resolve))
  return { t, clock, waits, settle, ends: () => ends }
}

test('after a first fault a device is probed at once', async () => {
  const { t, waits, settle, ends } = quarantine()
  t.begin('probe')
  expect(t.isActive).toBe(true)
  await settle()
  expect(t.isActive).toBe(false)
  expect([waits, ends()]).toEqual([[0], 1])
})

test('one that fails again and again waits twice as long each time, five minutes at most', async () => {
  const { t, clock, waits, settle } = quarantine()
  for (let fault = 0; fault < 11; fault++) {
    t.begin('probe')
    clock.advance(300_000)
    await settle()
    expect(t.isActive).toBe(false)
  }
  expect(waits.slice(0, 5)).toEqual([0, 2000, 4000, 8000, 16_000])
  expect(waits.at(-1)).toBe(300_000)
})

test('a probe that fails is followed by a wait and another probe', async () => {
  const { t, clock, waits, settle, ends } = quarantine(false, false)
  t.begin('wait')
  for (let i = 0; i < 3; i++) {
    expect(ends()).toBe(0)
    clock.advance(waits.at(-1) ?? 0)
    await settle()
  }
  expect([waits, ends(), t.isActive]).toEqual([[2000, 4000, 8000], 1, false])
})

test('a job that was done wipes the slate clean', async () => {
  const { t, waits, settle } = quarantine()
  for (let i = 0; i < 3; i++) {
    t.begin('probe')
    await settle()
    t.resetFaults()
  }
  expect(waits).toEqual([0, 0, 0])
})

test('when the device stops, nothing is probed any more', async () => {
  const { t, clock, settle, ends } = quarantine()
  t.begin('wait')
  t.end()
  clock.advance(300_000)
  await settle()
  expect([t.isActive, ends()]).toEqual([false, 0])
})
