import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventReader } from '../bots/web/event-reader.ts'
import { HttpPerson } from '../bots/web/http-person.ts'
import { ServerProcess } from '../helpers/processes/server-process.ts'

const people = 5
const jobsEach = 40

let server: ServerProcess
beforeEach(() => {
  // The end of a server says how late its event loop was, at `info`.
  server = new ServerProcess('logLevel: info')
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

interface Measured {
  eventLoopP50Ms: number
  eventLoopP99Ms: number
  eventLoopMaxMs: number
  /** Of each reload of the page, sorted. */
  pageMs: number[]
  /** Who was served, in order. */
  served: unknown[]
}

/** All ask at once; all have the page open, and somebody reloads it each time that a picture is there. */
async function measure(server: ServerProcess): Promise<Measured> {
  await server.start()
  const visitors = Array.from({ length: people }, () => new HttpPerson(() => server.url))
  // The first answer brings the cookie that makes them somebody.
  for (const visitor of visitors) await visitor.gets('/')
  const pageMs: number[] = []
  const reload = async (visitor: HttpPerson) => {
    const startedMs = performance.now()
    await (await visitor.gets('/')).text()
    pageMs.push(performance.now() - startedMs)
  }
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

  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 })
  const delays = JSON.parse(server.lines.find(line => line.includes('eventLoopP99Ms')) ?? '{}')
  const db = new Sqlite(join(server.dataDir, 'easel.sqlite'), { readonly: true })
  const served = db.prepare('SELECT person_id FROM jobs ORDER BY started_at, rowid').pluck().all()
  db.close()
  return { ...delays, pageMs: pageMs.sort((a, b) => a - b), served }
}

function report({ eventLoopP50Ms, eventLoopP99Ms, eventLoopMaxMs, pageMs }: Measured): void {
  const at = (fraction: number) => pageMs[Math.floor(fraction * (pageMs.length - 1))]?.toFixed(0)
  process.stdout.write(
    `load: event loop late by ${eventLoopP50Ms} ms (half), ${eventLoopP99Ms} ms (99 %), ${eventLoopMaxMs} ms (once); ` +
      `page in ${at(0.5)} ms (half), ${at(0.99)} ms (99 %), ${at(1)} ms (once)\n`,
  )
}

test(`${people * jobsEach} requests of ${people} people at once: fair, and the page answers`, {
  timeout: 180_000,
}, async () => {
  let measured = await measure(server)
  report(measured)
  // Other programs on the machine can only add to the delays: the best of three is nearest to our own.
  for (let again = 0; again < 2 && measured.eventLoopP99Ms >= 50; again++) {
    await server.dispose()
    server = new ServerProcess('logLevel: info')
    measured = await measure(server)
    report(measured)
  }
  expect(measured.eventLoopP99Ms).toBeLessThan(50)
  expect(measured.pageMs).toHaveLength(people * jobsEach)
  expect(measured.pageMs.at(-1)).toBeLessThan(2000)

  const { served } = measured
  expect(served).toHaveLength(people * jobsEach)
  // All asked at once: in any ten, everybody is served, and nobody more than twice a fair share.
  for (let from = people; from + 10 <= served.length - people; from++) {
    const ten = served.slice(from, from + 10)
    const shares = [...new Set(ten)].map(person => ten.filter(other => other === person).length)
    expect(shares, `${from}…${from + 9}`).toHaveLength(people)
    expect(Math.max(...shares), `${from}…${from + 9}`).toBeLessThanOrEqual(4)
  }
})
