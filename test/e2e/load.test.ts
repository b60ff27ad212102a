import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventReader } from '../bots/web/event-reader.ts'
import { HttpPerson } from '../bots/web/http-person.ts'
import { ServerProcess } from '../helpers/server-process.ts'

const people = 5
const jobsEach = 40

let server: ServerProcess
beforeEach(async () => {
  // The end of a server says how late its event loop was, at `info`.
  server = new ServerProcess('logLevel: info')
  await server.start()
})
afterEach(() => server.dispose())

/** An open page, until `count` jobs are done on it. */
async function watchUntilDone(person: HttpPerson, count: number): Promise<void> {
  const reader = new EventReader(await person.gets('/live'))
  const done = new Set<string>()
  while (done.size < count) {
    const event = await reader.next()
    if (!event) throw new Error('the stream ended')
    if (event.event !== 'job') continue
    const { jobId, state } = JSON.parse(event.data)
    if (state === 'done') done.add(jobId)
  }
  await reader.cancel()
}

/** How long the page took each time, asked for again and again until `end`. */
async function reloadUntil(person: HttpPerson, end: Promise<unknown>): Promise<number[]> {
  let over = false
  const ended = end.then(() => {
    over = true
  })
  const tookMs: number[] = []
  while (!over) {
    const startedMs = performance.now()
    const page = await person.gets('/')
    await page.text()
    tookMs.push(performance.now() - startedMs)
  }
  await ended
  return tookMs.sort((a, b) => a - b)
}

test(`${people * jobsEach} requests of ${people} people at once: fair, and the page answers`, {
  timeout: 180_000,
}, async () => {
  const visitors = Array.from({ length: people }, () => new HttpPerson(() => server.url))
  // The first answer brings the cookie that makes them somebody.
  for (const visitor of visitors) await visitor.gets('/')
  const watching = Promise.all(visitors.map(visitor => watchUntilDone(visitor, people * jobsEach)))
  const reader = new HttpPerson(() => server.url)
  const reloading = reloadUntil(reader, watching)
  const replies = await Promise.all(
    visitors.flatMap(visitor =>
      Array.from({ length: jobsEach }, (_, i) =>
        visitor.posts('/say', { text: `/imagine a red circle --size 64x64 --steps 3 --seed ${i}` }),
      ),
    ),
  )
  expect(replies.filter(({ kind }) => kind !== 'accepted')).toEqual([])
  const tookMs = await reloading

  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 })
  const { eventLoopP50Ms, eventLoopP99Ms, eventLoopMaxMs } = JSON.parse(
    server.lines.find(line => line.includes('eventLoopP99Ms')) ?? '{}',
  )
  const at = (fraction: number) => Math.round(tookMs[Math.floor(fraction * (tookMs.length - 1))] ?? 0)
  process.stdout.write(
    `load: event loop late by ${eventLoopP50Ms} ms (half), ${eventLoopP99Ms} ms (99 %), ${eventLoopMaxMs} ms (once); ` +
      `page in ${at(0.5)} ms (half), ${at(0.99)} ms (99 %), ${at(1)} ms (once) of ${tookMs.length}\n`,
  )
  expect(eventLoopP99Ms).toBeLessThan(50)
  expect(at(0.99)).toBeLessThan(1000)

  const db = new Sqlite(join(server.dataDir, 'easel.sqlite'), { readonly: true })
  const served = db.prepare('SELECT person_id FROM jobs ORDER BY started_at, rowid').pluck().all()
  db.close()
  expect(served).toHaveLength(people * jobsEach)
  // All asked at once, so each tenth of the time is everybody's: a fair share is two in ten.
  const shares = new Map<unknown, number>()
  for (let from = people; from + 10 <= served.length - people; from++) {
    shares.clear()
    for (const person of served.slice(from, from + 10)) shares.set(person, (shares.get(person) ?? 0) + 1)
    expect(shares.size, `${from}…${from + 9}`).toBe(people)
    expect(Math.max(...shares.values()), `${from}…${from + 9}`).toBeLessThanOrEqual(4)
  }
})
