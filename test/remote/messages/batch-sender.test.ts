/** What several channels to one peer send shares its way. */
import { expect, test } from 'vitest'
import { BatchSender } from '../../../src/remote/messages/batch-sender.ts'
import { FrameReader } from '../../../src/remote/messages/frames.ts'
import { MessageSender } from '../../../src/remote/messages/message-sender.ts'
import { open } from '../../../src/remote/seal/seal.ts'
import { readSealingKeys } from '../../../src/remote/seal/sealing-keys.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { testKey } from '../../helpers/remote/remote-pair.ts'

const keys = readSealingKeys({ workerKey: testKey() })

/** Two channels to one peer, and the batches that Redis takes. */
function scene() {
  const clock = new FakeClock()
  const redis = { isFull: false, tries: 0, batches: [] as string[][] }
  const batches = new BatchSender({
    clock,
    post: async sealed => {
      redis.tries += 1
      if (redis.isFull) throw new Error('OOM')
      redis.batches.push(sealed.flatMap(messagesIn))
    },
    onError: () => {},
  })
  const channel = (session: string) =>
    new MessageSender({ keys, sender: 'm', receiver: 'g', session, batches })
  return { clock, redis, one: channel('one'), two: channel('two') }
}

/** `session: message` for each message of a frame. */
function messagesIn(sealed: Uint8Array): string[] {
  const opened = open(keys, sealed)
  if (opened.kind === 'refused') throw new Error(opened.why)
  return (new FrameReader().read(opened.plain) ?? []).map(message => `${opened.header.session}: ${message}`)
}

test('messages that may wait go together with the first urgent one of any channel after half a second', async () => {
  const { clock, redis, one, two } = scene()
  one.send('ready')
  await one.flushed()
  one.send('step 1', 'deferrable')
  clock.advance(499)
  two.send('ready')
  await two.flushed()
  one.send('step 2', 'deferrable')
  clock.advance(1)
  two.send('done')
  await two.flushed()
  expect(redis.batches).toEqual([['one: ready'], ['two: ready'], ['one: step 1', 'one: step 2', 'two: done']])
  expect([one.posted, two.posted]).toEqual([2, 2])
})

test('a message that may wait goes with the next urgent one of its own channel at once, in its order', async () => {
  const { redis, one } = scene()
  one.send('ready')
  await one.flushed()
  one.send('step 1', 'deferrable')
  one.send('done')
  await one.flushed()
  expect(redis.batches).toEqual([['one: ready'], ['one: step 1', 'one: done']])
})

test('a message that may wait waits no longer than a second, however much else is urgent', async () => {
  const { clock, redis, one, two } = scene()
  one.send('ready')
  await one.flushed()
  clock.advance(100)
  one.send('step 1', 'deferrable')
  clock.advance(400)
  two.send('ready')
  await two.flushed()
  expect(redis.batches).toEqual([['one: ready'], ['two: ready']])
  clock.advance(599)
  await new Promise(setImmediate)
  expect(redis.batches).toHaveLength(2)
  clock.advance(1)
  await new Promise(setImmediate)
  expect(redis.batches).toEqual([['one: ready'], ['two: ready'], ['one: step 1']])
})

test('a message that may wait goes alone after a second', async () => {
  const { clock, redis, one } = scene()
  one.send('ready')
  await one.flushed()
  one.send('step 1', 'deferrable')
  clock.advance(999)
  expect(redis.tries).toBe(1)
  clock.advance(1)
  await one.flushed()
  expect(redis.batches).toEqual([['one: ready'], ['one: step 1']])
})

test('what Redis does not take is posted again, without the channels that are closed meanwhile', async () => {
  const { clock, redis, one, two } = scene()
  redis.isFull = true
  one.send('ready')
  two.send('ready')
  one.send('step 1', 'deferrable')
  await new Promise(setImmediate)
  expect([one.posted, two.posted]).toEqual([0, 0])
  two.close()
  redis.isFull = false
  clock.advance(500)
  await one.flushed()
  expect(redis.batches.flat()).toEqual(['one: ready', 'one: step 1'])
  expect([one.posted, two.posted]).toEqual([2, 0])
})
