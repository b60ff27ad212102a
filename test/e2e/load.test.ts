import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { groupBy } from '../../src/common/collections/group-by.ts'
import { EventReader } from '../bots/web/event-reader.ts'
import { HttpPerson } from '../bots/web/http-person.ts'
import { eventLoopDelays } from '../helpers/measurements/event-loop-delays.ts'
import { mainThreadMs } from '../helpers/measurements/processor-time.ts'
import { ServerProcess } from '../helpers/processes/server-process.ts'

const people = 5
/** So many requests of each at once: first a few, then many. */
const rounds = [8, 32] as const
const jobs = people * (rounds[0] + rounds[1])

let server: ServerProcess
let visitors: HttpPerson[]
/** Of each reload of the page. */
let pageMs: number[]
beforeEach(async () => {
  // The end of a server says how late its event loop was, at `info`.
  server = new ServerProcess('logLevel: info')
  await server.start()
  visitors = Array.from({ length: people }, () => new HttpPerson(() => server.url))
  // The first answer brings the cookie that makes them somebody.
  for (const visitor of visitors) await visitor.gets('/')
  pageMs = []
})
afterEach(() => server.dispose())

/** An open page, until `count` jobs are done on it; `onDone` is awaited for each. */
async function watchUntilDone(
  person: HttpPerson,
  count: number,
  onDone: () => Promise<unknown>,
): Promise<void> {
  const reader = new EventReader(await person.gets('/live'))
  const done = new Set<string>()
  while (done.size < count) {
    const event = await reader.next()
    if (!event) throw new Error('the stream ended')
    if (event.event !== 'job') continue
    const { jobId, state } = JSON.parse(event.data)
    if (state !== 'done' || done.has(jobId)) continue
    done.add(jobId)
    await onDone()
  }
  await reader.cancel()
}

async function reload(visitor: HttpPerson): Promise<void> {
  const startedMs = performance.now()
  await (await visitor.gets('/')).text()
  pageMs.push(performance.now() - startedMs)
}

/**
 * All ask at once; all have the page open, and somebody reloads it each time that a picture is there. Processor time of the
 * server's main thread per request: what other programs on the machine do meanwhile does not count.
 */
async function askAtOnce(jobsEach: number): Promise<number> {
  const beforeMs = mainThreadMs(server.pid)
  const watching = visitors.map((visitor, i) =>
    watchUntilDone(visitor, people * jobsEach, async () => {
      if (i === 0) await reload(visitor)
    }),
  )
  const asked = visitors.flatMap(visitor =>
    Array.from({ length: jobsEach }, (_, i) =>
      visitor.posts('/say', { text: `/imagine a red circle --size 64x64 --steps 3 --seed ${i}` }),
    ),
  )
  for (const reply of await Promise.all(asked)) expect(reply).toMatchObject({ kind: 'accepted' })
  await Promise.all(watching)
  return (mainThreadMs(server.pid) - beforeMs) / (people * jobsEach)
}

interface Served {
  personId: unknown
  createdAt: number
  startedAt: number
}

function served(): Served[] {
  const db = new Sqlite(join(server.dataDir, 'easel.sqlite'), { readonly: true })
  const rows = db.prepare<[], { person_id: unknown; created_at: number; started_at: number }>(
    'SELECT person_id, created_at, started_at FROM jobs ORDER BY started_at, rowid',
  )
  const jobs = rows.all().map(row => ({
    personId: row.person_id,
    createdAt: row.created_at,
    startedAt: row.started_at,
  }))
  db.close()
  return jobs
}

/** Those that began while something of everybody was waiting: requests are accepted one after the other, and who begins first ends first. */
function whileAllWait(order: readonly Served[]): Served[] {
  const ofPeople = [...groupBy(order, job => job.personId).values()]
  const allAskedAt = Math.max(...ofPeople.map(own => Math.min(...own.map(job => job.createdAt))))
  const oneIsDoneAt = Math.min(...ofPeople.map(own => own.at(-1)?.startedAt ?? 0))
  return order.filter(job => job.startedAt > allAskedAt && job.startedAt <= oneIsDoneAt)
}

function report(lines: readonly string[], perRequestMs: readonly number[]): void {
  const delays = eventLoopDelays(lines)
  const sorted = pageMs.toSorted((a, b) => a - b)
  const at = (fraction: number) => sorted[Math.floor(fraction * (sorted.length - 1))]?.toFixed(0)
  process.stdout.write(
    `load: main thread ${perRequestMs.map(ms => ms.toFixed(1)).join(' and ')} ms of processor per request; ` +
      `event loop late by ${delays.eventLoopP50Ms} ms (half), ${delays.eventLoopP99Ms} ms (99 %), ` +
      `${delays.eventLoopMaxMs} ms (once); page in ${at(0.5)} ms (half), ${at(0.99)} ms (99 %), ${at(1)} ms (once)\n`,
  )
}

test(`${jobs} requests of ${people} people at once: fair, the page answers, and many cost no more each than a few`, {
  timeout: 180_000,
}, async () => {
  const [fewMs, manyMs] = [await askAtOnce(rounds[0]), await askAtOnce(rounds[1])]
  const { code, lines } = await server.end('SIGTERM')
  report(lines, [fewMs, manyMs])
  expect(code).toBe(0)
  // The first round compiles: what grows with the number of those that wait would still show.
  expect(manyMs).toBeLessThanOrEqual(fewMs * 2)
  expect(pageMs).toHaveLength(jobs)

  const second = served().slice(people * rounds[0])
  expect(second).toHaveLength(people * rounds[1])
  const compared = whileAllWait(second).map(job => job.personId)
  expect(compared.length).toBeGreaterThan(second.length / 2)
  // In any ten, everybody is served, and nobody more than twice a fair share.
  for (let from = 0; from + 10 <= compared.length; from++) {
    const ten = compared.slice(from, from + 10)
    const shares = [...new Set(ten)].map(person => ten.filter(other => other === person).length)
    expect(shares, `${from}…${from + 9}`).toHaveLength(people)
    expect(Math.max(...shares), `${from}…${from + 9}`).toBeLessThanOrEqual(4)
  }
})
