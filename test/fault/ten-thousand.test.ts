/** Ten thousand waiting jobs: a line as long as that costs its people and the server no more than a short one. */
import { afterEach, expect, test } from 'vitest'
import { queue } from '../../src/bots/commands/queue.ts'
import { en } from '../../src/words/en.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { TestEasel } from '../helpers/build-test-easel.ts'
import { insertJob } from '../helpers/insert-job.ts'
import { retainedBytes } from '../helpers/measurements/retained-bytes.ts'

const people = 20
const served = 120

let t: TestEasel
afterEach(() => t.dispose())

interface Times {
  /** The middle of what each call took. */
  p50Ms: number
  p99Ms: number
}

interface Measured {
  asked: Times
  placed: Times
  /** `/queue`. */
  shown: Times
  /** A picture's end, and the next claim on its device. */
  claimed: Times
  grownMb: number
  /** Who was served, in order. */
  order: string[]
}

async function timesOf(count: number, call: (i: number) => unknown): Promise<Times> {
  const tookMs: number[] = []
  for (let i = 0; i < count; i++) {
    const startedMs = performance.now()
    await call(i)
    tookMs.push(performance.now() - startedMs)
  }
  tookMs.sort((a, b) => a - b)
  const at = (fraction: number) => tookMs[Math.floor(fraction * (count - 1))] ?? 0
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** On four devices, with `waiting` jobs in the line. */
async function measure(waiting: number): Promise<Measured> {
  const devices = [0, 1, 2, 3].map(i => new FakeWorkers({ device: `fake:${i}`, mode: 'by-hand' }))
  const limits = { maxQueuedPerPerson: waiting, maxQueued: 2 * waiting, maxWaitHours: 0 }
  t = new TestEasel({ devices, config: { limits } })
  const { db } = t.built
  await db.write(() => {
    for (let i = 0; i < waiting; i++) insertJob(db, `job-${i}`, `person-${i % people}`)
    // Their first messages were shown long ago.
    db.client.sqlite.exec('DELETE FROM outbox')
  })
  const bytesBefore = retainedBytes()
  await t.start()
  await t.until(() => devices.every(({ underway }) => underway.length === 1))

  const asked = await timesOf(60, i => t.ask(`number ${i}`, t.callerNamed(`person-${i % people}`)))
  const placed = await timesOf(200, i => t.find(`job-${waiting - 200 + i}`)?.place)
  const asker = t.callerNamed('person-1')
  const shown = await timesOf(40, () => {
    t.easel.ownQueue(asker.person, 10)
    const context = { easel: t.easel, ids: t.ids, caller: asker, words: en, nowMs: 0 }
    return queue.handle({ ...context, prefix: '/', usage: '' }, {})
  })
  const claimed = await timesOf(served, async i => {
    const device = devices[i % devices.length]
    const runs = device?.runs.length ?? 0
    device?.current.finish()
    await t.until(() => device?.runs.length === runs + 1)
  })
  const grownMb = (retainedBytes() - bytesBefore) / 2 ** 20
  const order = db.client.sqlite
    .prepare(
      'SELECT user_id FROM jobs JOIN people ON people.id = person_id WHERE state = ? ORDER BY finished_at, seq',
    )
    .pluck()
    .all('done')
    .map(String)
  return { asked, placed, shown, claimed, grownMb, order }
}

test('are taken, placed and served as quickly as four hundred, and fairly', async () => {
  const short = await measure(400)
  await t.dispose()
  const long = await measure(10_000)
  const said = ({ asked, placed, shown, claimed, grownMb }: Measured) =>
    Object.entries({ asked, placed, shown, claimed })
      .map(([name, { p50Ms, p99Ms }]) => `${name} ${p50Ms.toFixed(2)}/${p99Ms.toFixed(2)} ms`)
      .concat(`memory +${grownMb.toFixed(0)} MB`)
      .join(', ')
  process.stdout.write(`400 waiting (half/99 %): ${said(short)}\n10,000 waiting: ${said(long)}\n`)
  // Side by side on the same machine, whatever else it does: what grew with the line would be 25 times as slow.
  expect(long.asked.p50Ms).toBeLessThan(4 * short.asked.p50Ms)
  expect(long.placed.p50Ms).toBeLessThan(5)
  expect(long.shown.p50Ms).toBeLessThan(4 * short.shown.p50Ms)
  expect(long.claimed.p50Ms).toBeLessThan(4 * short.claimed.p50Ms)
  // Measured: 8 MB, the fakes' own records among them.
  expect(long.grownMb).toBeLessThan(16)

  expect(long.order).toHaveLength(served)
  const twiceFair = (2 * 50) / people
  for (let from = 0; from + 50 <= served; from++) {
    const window = long.order.slice(from, from + 50)
    const shares = window.map(person => window.filter(other => other === person).length)
    expect(Math.max(...shares), `${from}…${from + 49}`).toBeLessThanOrEqual(twiceFair)
  }
})
