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

const open: TestEasel[] = []
afterEach(async () => {
  for (const t of open.splice(0)) await t.dispose()
})

/** A line of waiting jobs, and what is done with it. */
interface Line {
  ask(i: number): Promise<unknown>
  place(i: number): unknown
  /** `/queue`. */
  show(): unknown
  /** A picture's end, and the next claim on its device. */
  claim(i: number): Promise<void>
  /** Who was served, in order. */
  order(): string[]
}

/** On four devices, with `waiting` jobs in the line. */
async function openLine(waiting: number): Promise<Line> {
  const devices = [0, 1, 2, 3].map(i => new FakeWorkers({ device: `fake:${i}`, mode: 'by-hand' }))
  const limits = { maxQueuedPerPerson: waiting, maxQueued: 2 * waiting, maxWaitHours: 0 }
  const t = new TestEasel({ devices, config: { limits } })
  open.push(t)
  const { db } = t.built
  await db.write(() => {
    for (let i = 0; i < waiting; i++) insertJob(db, `job-${i}`, `person-${i % people}`)
    // Their first messages were shown long ago.
    db.client.sqlite.exec('DELETE FROM outbox')
  })
  await t.start()
  await t.until(() => devices.every(({ underway }) => underway.length === 1))
  const asker = t.callerNamed('person-1')
  const finished = db.client.sqlite
    .prepare(
      'SELECT user_id FROM jobs JOIN people ON people.id = person_id WHERE state = ? ORDER BY finished_at, seq',
    )
    .pluck()
  return {
    ask: i => t.ask(`number ${i}`, t.callerNamed(`person-${i % people}`)),
    place: i => t.find(`job-${waiting - 200 + i}`)?.place,
    show: () => {
      t.easel.ownQueue(asker.person, 10)
      const context = { easel: t.easel, ids: t.ids, caller: asker, words: en, nowMs: 0 }
      return queue.handle({ ...context, prefix: '/', usage: '' }, {})
    },
    claim: async i => {
      const device = devices[i % devices.length]
      const runs = device?.runs.length ?? 0
      device?.current.finish()
      await t.until(() => device?.runs.length === runs + 1)
    },
    order: () => finished.all('done').map(String),
  }
}

/** How many times as long a call takes on the long line as on the short one, in turns: by the middle of each. */
async function ratioOf(
  count: number,
  lines: { short: Line; long: Line },
  call: (line: Line, i: number) => unknown,
): Promise<number> {
  const tookMs = { short: [] as number[], long: [] as number[] }
  for (let i = 0; i < count; i++) {
    for (const length of ['short', 'long'] as const) {
      const startedMs = performance.now()
      await call(lines[length], i)
      tookMs[length].push(performance.now() - startedMs)
    }
  }
  return middleOf(tookMs.long) / middleOf(tookMs.short)
}

function middleOf(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

test('are taken, placed and served as quickly as four hundred, and fairly', async () => {
  const short = await openLine(400)
  const bytesBefore = retainedBytes()
  const long = await openLine(10_000)
  const lines = { short, long }
  const ratios = {
    asked: await ratioOf(60, lines, (line, i) => line.ask(i)),
    placed: await ratioOf(200, lines, (line, i) => line.place(i)),
    shown: await ratioOf(40, lines, line => line.show()),
    claimed: await ratioOf(served, lines, (line, i) => line.claim(i)),
  }
  const grownMb = (retainedBytes() - bytesBefore) / 2 ** 20
  const ratio = Object.entries(ratios).map(([name, times]) => `${name} ${times.toFixed(2)}`)
  process.stdout.write(
    `10,000 waiting beside 400: ${ratio.join(', ')} times as long, memory +${grownMb.toFixed(0)} MB\n`,
  )
  // What grew with the line would be 25 times as slow.
  for (const [name, times] of Object.entries(ratios)) expect(times, name).toBeLessThan(4)
  // The fakes' own records are among them.
  expect(grownMb).toBeLessThan(16)

  const order = long.order()
  expect(order).toHaveLength(served)
  const twiceFair = (2 * 50) / people
  for (let from = 0; from + 50 <= served; from++) {
    const window = order.slice(from, from + 50)
    const shares = window.map(person => window.filter(other => other === person).length)
    expect(Math.max(...shares), `${from}…${from + 49}`).toBeLessThanOrEqual(twiceFair)
  }
})
