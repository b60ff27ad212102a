/** Mailboxes over a real Redis: what lies there, and what does not stay. */
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { MailboxReader, MailboxSender } from '../../../src/remote/messages/mailbox.ts'
import { openRedis } from '../../helpers/processes/redis-server.ts'
import { Signal } from '../../helpers/remote/remote-pair.ts'

let server: Awaited<ReturnType<typeof openRedis>>
beforeAll(async () => {
  server = await openRedis()
})
afterAll(() => server.end())

function mailbox(peer: string) {
  const redis = new Redis(server.url, { maxRetriesPerRequest: null })
  const options = { redis, prefix: 'easel' }
  const received = new Signal<Uint8Array[]>([])
  const sender = new MailboxSender(options, peer, 'poster', () => {})
  const read = () => {
    const reader = new MailboxReader(
      options,
      peer,
      bytes => received.set([...received.value, Buffer.from(bytes)]),
      () => {},
    )
    onTestFinished(() => reader.close())
  }
  onTestFinished(async () => {
    await sender.close()
    redis.disconnect()
  })
  const largeKeys = () => redis.keys('easel:large:*')
  return { redis, sender, received, read, largeKeys }
}

const small = Buffer.from('a step')
const large = Buffer.alloc(3_000_000, 7)

test('small and large messages come in their order, and nothing of them stays', async () => {
  const { redis, sender, received, read, largeKeys } = mailbox('ada')
  const posted = [small, Buffer.alloc(2_000_000, 8), small, Buffer.alloc(100_000, 9), large]
  await sender.post(posted)
  expect(await largeKeys()).toHaveLength(3)
  read()
  await received.until(all => all.length === posted.length)
  for (const [i, bytes] of received.value.entries())
    expect(Buffer.compare(bytes, posted[i] ?? large), `message ${i}`).toBe(0)
  await sender.post([small])
  await received.until(all => all.length > posted.length)
  expect(await largeKeys()).toEqual([])
  expect(await redis.llen('easel:to-ada:wait')).toBe(0)
})

test('a large message that nobody reads is removed by Redis in time', async () => {
  const { redis, sender, largeKeys } = mailbox('nobody')
  await sender.post([large])
  const [key = ''] = await largeKeys()
  expect(await redis.pttl(key)).toBeGreaterThan(0)
})

test('an entry that Redis does not take leaves no large message', async () => {
  const { redis, sender, largeKeys } = mailbox('bob')
  // A key of another type in the place of the queue's counter: the entry is refused.
  await redis.lpush('easel:to-bob:id', 'x')
  const before = await largeKeys()
  await expect(sender.post([small, large])).rejects.toThrow('WRONGTYPE')
  expect(await largeKeys()).toEqual(before)
})

test('nonsense in the queue, and the name of a large message that is not there, are passed over', async () => {
  const { redis, sender, received, read } = mailbox('eve')
  const queue = new Queue('to-eve', { connection: redis, prefix: 'easel' })
  for (const data of ['nonsense', { poster: 'poster', messages: ['!', -1] }, { poster: 'x', messages: [9] }])
    await queue.add('messages', data)
  await queue.close()
  await sender.post([small])
  read()
  await received.until(all => all.length === 1)
  expect(Buffer.compare(received.value[0] ?? large, small)).toBe(0)
})
