import { expect, test } from 'vitest'
import { unlessStalled } from '../../../../src/bots/web/inbound/body-flow.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'

const never = () => new Promise<string>(() => undefined)

test('a body that brings a few bytes now and then is stalled', async () => {
  const clock = new FakeClock()
  const incoming = { complete: false, socket: { bytesRead: 0 } }
  const watched = unlessStalled(incoming, clock, never)
  incoming.socket.bytesRead = 100_000
  clock.advance(10_000)
  incoming.socket.bytesRead += 100
  clock.advance(10_000)
  expect(await watched).toBe('stalled')
  expect(clock.pending).toBe(0)
})

test('work goes on for as long as it takes once the whole body is there', async () => {
  const clock = new FakeClock()
  const incoming = { complete: true, socket: { bytesRead: 100_000 } }
  let finish = (_said: string) => {}
  const watched = unlessStalled(incoming, clock, () => new Promise<string>(resolve => (finish = resolve)))
  clock.advance(60_000)
  finish('done')
  expect(await watched).toBe('done')
  expect(clock.pending).toBe(0)
})

test('work that fails is its own failure, and leaves no timer', async () => {
  const clock = new FakeClock()
  const incoming = { complete: false, socket: { bytesRead: 0 } }
  const broken = () => Promise.reject(new Error('broken'))
  await expect(unlessStalled(incoming, clock, broken)).rejects.toThrow('broken')
  expect(clock.pending).toBe(0)
})
