/** What is known of a peer that answers, is late, and is gone. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { aliveMs, Presence } from '../../../src/remote/presence/presence.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { openRedis } from '../../helpers/processes/redis-server.ts'
import { common, exchanged, testKey } from '../../helpers/remote/remote-pair.ts'

const record = z.object({ heard: z.record(z.string(), z.number()), weight: z.number() })
type PeerRecord = z.infer<typeof record>

let redis: Awaited<ReturnType<typeof openRedis>>
beforeAll(async () => {
  redis = await openRedis()
})
afterAll(() => redis.end())

function peer(kind: 'a' | 'b', weight: number, key = testKey()) {
  const clock = new FakeClock()
  const given = common({ url: redis.url, clock, key })
  let otherKeyIds: readonly string[] = []
  const presence = new Presence<PeerRecord, PeerRecord>({
    ...given,
    ownKey: `presence-test:${kind}`,
    peersKey: `presence-test:${kind === 'a' ? 'b' : 'a'}`,
    schema: record,
    describe: heard => ({ heard, weight }),
    onHeartbeat: (_, ids) => {
      otherKeyIds = ids
    },
    onForgotten: () => {},
    onError: error => {
      throw error
    },
  })
  presence.start()
  onTestFinished(async () => {
    await presence.end()
    given.redis.disconnect()
  })
  const beat = async () => {
    clock.advance(1000)
    await exchanged(given.redis)
  }
  return { id: given.id, presence, clock, beat, otherKeyIds: () => otherKeyIds }
}

test('a peer whose heartbeat is late is not alive, and what it said last still counts until it is forgotten', async () => {
  const [us, them] = [peer('a', 1), peer('b', 3)]
  for (let i = 0; i < 4; i++) for (const each of [us, them]) await each.beat()
  expect(us.presence.alive().map(({ id }) => id)).toEqual([them.id])

  us.clock.advance(aliveMs)
  expect(us.presence.alive()).toEqual([])
  expect(us.presence.recordOf(them.id)?.weight).toBe(3)

  // A minute after the last new record.
  for (let second = 0; second < 65; second++) await us.beat()
  expect(us.presence.recordOf(them.id)).toBeUndefined()
})

test('a peer with another key is told by its id while it renews its record, and not one that left its record behind', async () => {
  const [us, them] = [peer('a', 1), peer('b', 3, testKey(2))]
  // The first one finds no connection yet.
  for (let i = 0; i < 2; i++) await them.beat()
  for (let i = 0; i < 4; i++) await us.beat()
  // As after a kill: the record stays.
  expect(us.otherKeyIds()).toEqual([])

  for (let i = 0; i < 2; i++) for (const each of [them, us]) await each.beat()
  expect(us.otherKeyIds()).toEqual([them.id])
  expect(us.presence.alive()).toEqual([])

  us.clock.advance(aliveMs)
  await us.beat()
  expect(us.otherKeyIds()).toEqual([])
})
