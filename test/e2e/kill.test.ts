import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EventReader } from '../bots/web/event-reader.ts'
import { HttpPerson } from '../bots/web/http-person.ts'
import { ServerProcess } from '../helpers/processes/server-process.ts'
import { noLimit, withinRoundLimit } from '../helpers/random/round-limit.ts'
import { seededRandom } from '../helpers/random/seeded-random.ts'

const kills = Number(process.env.EASEL_KILLS ?? 8)
/** The same each time: then every picture must be the same, to the last byte. */
const request = '/imagine a red circle on a blue background --seed 7'

let server: ServerProcess
let ada: HttpPerson
beforeEach(async () => {
  server = new ServerProcess()
  ada = new HttpPerson(() => server.url)
  await server.start()
})
afterEach(() => server.dispose())

async function ask(): Promise<string> {
  const reply = await ada.posts('/say', { text: request })
  const jobId = reply.jobs?.[0]?.jobId
  if (jobId === undefined) throw new Error(JSON.stringify(reply))
  return jobId
}

interface Fragment {
  jobId: string
  state: string
  reply: string
}

async function feed(): Promise<Fragment[]> {
  const response = await ada.gets('/feed?limit=100')
  const { fragments } = (await response.json()) as { fragments: Fragment[] }
  return fragments
}

/** Resolves when the page shows the job as done; fails when it ends in any other way. */
async function done(jobId: string): Promise<void> {
  const reader = new EventReader(await ada.gets('/live'))
  // From here on nothing is missed: what the page holds now, then what the stream tells.
  await reader.next()
  let state = (await feed()).find(fragment => fragment.jobId === jobId)?.state
  while (state === 'queued' || state === 'running') {
    const event = await reader.next()
    const told: Partial<Fragment> = event?.event === 'job' ? JSON.parse(event.data) : {}
    if (told.jobId === jobId) state = told.state
  }
  await reader.cancel()
  expect(state).toBe('done')
}

test(`killed ${kills} times at random moments, it finishes what it accepted, once`, {
  timeout: noLimit,
}, async () => {
  const random = seededRandom('kill -9')
  await withinRoundLimit('the first picture', ask().then(done))
  // How long a job lives when the model lies ready: moments are drawn from that.
  const startedMs = performance.now()
  await withinRoundLimit('the second picture', ask().then(done))
  const lifeMs = performance.now() - startedMs

  // One moment in each part of a life: few kills meet the painting, too.
  const killIn = async (part: number) => {
    const jobId = await ask()
    await delay(((part + random.next()) / kills) * lifeMs)
    expect((await server.end('SIGKILL')).signal).toBe('SIGKILL')
    await server.start()
    await done(jobId)
  }
  for (let kill = 1; kill <= kills; kill++) await withinRoundLimit(`kill ${kill}`, killIn(kill - 1))

  const asked = kills + 2
  const fragments = await feed()
  expect(fragments).toHaveLength(asked)
  for (const { jobId, reply } of fragments) expect([...reply.matchAll(/<img /g)], jobId).toHaveLength(1)

  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 })
  const db = new Sqlite(join(server.dataDir, 'easel.sqlite'), { readonly: true })
  const one = (sql: string) => db.prepare(sql).pluck().get()
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(one('SELECT count(*) FROM pictures')).toBe(asked)
  expect(one('SELECT count(DISTINCT hash) FROM pictures')).toBe(1)
  expect(one('SELECT count(*) FROM outbox')).toBe(0)
  expect(readdirSync(join(server.dataDir, 'pictures'))).toHaveLength(asked)
  const again = Number(one('SELECT count(*) FROM jobs WHERE attempt > 1'))
  process.stdout.write(`kill -9: ${again} of ${kills} kills met a job while it was painted\n`)
  expect(again).toBeGreaterThan(0)
  db.close()
})
