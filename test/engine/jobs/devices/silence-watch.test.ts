/** A watch on heartbeats falls when one is missing, however many came before. */
import { expect, test } from 'vitest'
import { SilenceWatch } from '../../../../src/engine/jobs/devices/silence-watch.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'

/** A watch, and the silence that it fell for. */
function watched() {
  const clock = new FakeClock()
  const watch = new SilenceWatch(clock)
  return { clock, watch, silence: () => Promise.race([watch.fallen, Promise.resolve('none')]) }
}

test('It falls after the limit of the last heartbeat, and not before', async () => {
  const { clock, watch, silence } = watched()
  watch.renew(100)
  for (let beat = 0; beat < 5; beat++) {
    clock.advance(70)
    watch.renew(100)
  }
  clock.advance(99)
  expect(await silence()).toBe('none')
  clock.advance(1)
  expect(await silence()).toBe(100)
})

test('A shorter limit falls earlier than the longer one before it, and a longer one later', async () => {
  const { clock, watch, silence } = watched()
  watch.renew(1000)
  watch.renew(50)
  watch.renew(200)
  clock.advance(199)
  expect(await silence()).toBe('none')
  clock.advance(1)
  expect(await silence()).toBe(200)
})

test('An ended watch does not fall', async () => {
  const { clock, watch, silence } = watched()
  watch.renew(100)
  watch.end()
  clock.advance(1000)
  expect(await silence()).toBe('none')
})
