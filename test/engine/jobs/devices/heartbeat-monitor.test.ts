/** A heartbeat monitor expires when a heartbeat is missing, however many came before. */
import { expect, test } from 'vitest'
import { HeartbeatMonitor } from '../../../../src/engine/jobs/devices/heartbeat-monitor.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'

/** A monitor, and the silence after which it expired. */
function monitored() {
  const clock = new FakeClock()
  const monitor = new HeartbeatMonitor(clock)
  return { clock, monitor, silence: () => Promise.race([monitor.expired, Promise.resolve('none')]) }
}

test('it expires after the limit of the last heartbeat, and not before', async () => {
  const { clock, monitor, silence } = monitored()
  monitor.renew(100)
  for (let beat = 0; beat < 5; beat++) {
    clock.advance(70)
    monitor.renew(100)
  }
  clock.advance(99)
  expect(await silence()).toBe('none')
  clock.advance(1)
  expect(await silence()).toBe(100)
})

test('a shorter limit expires earlier than the longer one before it, and a longer one later', async () => {
  const { clock, monitor, silence } = monitored()
  monitor.renew(1000)
  monitor.renew(50)
  monitor.renew(200)
  clock.advance(199)
  expect(await silence()).toBe('none')
  clock.advance(1)
  expect(await silence()).toBe(200)
})

test('an ended monitor does not expire', async () => {
  const { clock, monitor, silence } = monitored()
  monitor.renew(100)
  monitor.end()
  clock.advance(1000)
  expect(await silence()).toBe('none')
})
