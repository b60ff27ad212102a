/** A disk that is full, by SQLite's own limit on its pages: asked in the web chat, over the whole Easel. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebAdapter } from '../../src/bots/web/web-adapter.ts'
import { loadConfig } from '../../src/config/config.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { en } from '../../src/words/en.ts'
import { HttpPerson } from '../bots/web/http-person.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'
import { endWaits } from '../helpers/disk/full-disk.ts'

let t: TestEasel
let adapter: WebAdapter
let ada: HttpPerson
beforeEach(async () => {
  t = await buildTestEasel({ couriers: [], devices: [new FakeWorkers({ mode: 'by-hand' })] })
  const { easel, clock, ids, log } = t
  const defaults = loadConfig(packageRoot, packageRoot)
  const config = { ...defaults, web: { ...defaults.web, port: 0 } }
  adapter = new WebAdapter({ easel, config, secrets: {}, clock, ids, log })
  t.built.register(adapter.courier)
  await adapter.start()
  ada = new HttpPerson(() => adapter.url ?? '')
})
afterEach(async () => {
  await adapter.stop()
  await t.dispose()
})

test('refuses what is new in one sentence, shows what is there, keeps what runs, and goes on when there is room', async () => {
  const { sqlite } = t.built.db.client
  await ada.imagines('the first --seed 1')
  await t.until(() => t.workers.underway.length === 1)
  await t.built.delivered()

  const used = Number(sqlite.pragma('page_count', { simple: true }))
  sqlite.pragma(`max_page_count = ${used}`)
  const said: string[] = []
  // Pages that are begun still have room for some.
  for (let i = 0; said.length === 0 && i < 500; i++) {
    const reply = await ada.posts('/say', { text: `/imagine number ${i}` })
    if (reply.kind === 'refused') said.push(...(reply.sentences ?? []))
  }
  expect(said).toEqual([en.errors.storage({ problem: { what: 'disk-full' } })])
  expect((await ada.gets('/')).status).toBe(200)
  const accepted = t.queue().length
  const first = t.queue()[0]?.id ?? ''

  // What little an ending needs may still have room; else its device waits with the picture.
  t.workers.current.finish()
  const isRecorded = () => t.find(first)?.state === 'done'
  await t.until(() => isRecorded() || endWaits(t))

  sqlite.pragma('max_page_count = 1000000')
  t.clock.advance(5000)
  await t.until(isRecorded)
  expect(t.workers.runs.filter(({ order }) => order.kind === 'paint' && order.seed === 1)).toHaveLength(1)
  expect((await ada.posts('/say', { text: '/imagine there is room again' })).kind).toBe('accepted')
  expect(t.queue()).toHaveLength(accepted)
  expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
})
