/** Rows that make no sense, as damage or another version leaves them: each is named and set aside, everything else serves. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buttonRows } from '../../src/bots/messages/buttons.ts'
import { en } from '../../src/words/en.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
})
afterEach(() => t.dispose())

const damages = [
  ['an order that is no JSON', "UPDATE jobs SET work_order = '{broken' WHERE id = ?"],
  ['an order of another kind', `UPDATE jobs SET work_order = '{"kind":"sculpt"}' WHERE id = ?`],
  ['a conversation that is no JSON', "UPDATE jobs SET conversation = 'x' WHERE id = ?"],
  ['a conversation of another platform', `UPDATE jobs SET conversation = '{"platform":"irc"}' WHERE id = ?`],
  ['a state that there is none of', "UPDATE jobs SET state = 'dreaming' WHERE id = ?"],
] as const

const harmless = [
  [
    'a failure of another version',
    `UPDATE jobs SET failure_code = 'flood', failure_details = '{"m":1}' WHERE id = ?`,
  ],
  [
    'a failure that is no JSON',
    "UPDATE jobs SET failure_code = 'storage', failure_details = '{' WHERE id = ?",
  ],
  [
    'defaults that are no JSON',
    "UPDATE people SET settings = '{' WHERE id = (SELECT person_id FROM jobs WHERE id = ?)",
  ],
] as const

function damage(sql: string, jobId: string): void {
  t.built.db.client.sqlite.prepare(sql).run(jobId)
}

/** Paints whatever comes, until nothing waits. */
async function comesToRest(): Promise<void> {
  t.workers.mode = 'at-once'
  for (const run of t.workers.underway) run.finish()
  await t.settled()
}

async function restarts(): Promise<void> {
  await t.built.stopDelivering()
  t.crash()
  for (const run of t.workers.underway) run.end({ kind: 'cancelled' })
  t.workers.mode = 'at-once'
  await t.restart()
}

/** Its message has come to its end and says why; nothing was counted, and there is nothing to try again. */
function expectTold(jobId: string): void {
  expect(t.courier.messages.get(jobId)?.job).toMatchObject({
    state: 'failed',
    failure: { code: 'record-unreadable' },
  })
  expect(buttonRows(t.job(jobId), en)).toEqual([])
  const counted = 'SELECT sum(pictures) FROM usage WHERE job_id = ?'
  expect(t.built.db.client.sqlite.prepare(counted).pluck().get(jobId)).toBe(0)
}

const named = () =>
  t.log.faults
    .filter(({ message }) => message === 'the record of a job cannot be read')
    .map(({ fields }) => fields)

describe.each(damages)('%s', (_, sql) => {
  test('of a job that waits: the next start names it and serves the others', async () => {
    const [first, broken, last] = [await t.ask('first'), await t.ask('broken'), await t.ask('last')]
    damage(sql, broken.id)
    await restarts()
    await t.settled()
    expect([first, last].map(({ id }) => t.job(id).state)).toEqual(['done', 'done'])
    // Each process names it once: the first one may have met it before its end.
    expect(named().length).toBeGreaterThan(0)
    for (const fields of named()) expect(fields).toMatchObject({ jobId: broken.id })
    expectTold(broken.id)
    expect((await t.paint('a new one')).state).toBe('done')
  })

  test('of a job that waits, under a running server: the others are served, and its author is told', async () => {
    const [first, broken, last] = [await t.ask('first'), await t.ask('broken'), await t.ask('last')]
    await t.until(() => t.workers.underway.length === 1)
    damage(sql, broken.id)
    await comesToRest()
    expect([first, last].map(({ id }) => t.job(id).state)).toEqual(['done', 'done'])
    expectTold(broken.id)
    expect((await t.paint('a new one')).state).toBe('done')
  })

  test('of a job that is painted: its author is told at its end, and its pictures are not kept', async () => {
    const [broken, last] = [await t.ask('broken'), await t.ask('last')]
    await t.until(() => t.workers.underway.length === 1)
    damage(sql, broken.id)
    await comesToRest()
    expectTold(broken.id)
    expect(t.job(last.id).state).toBe('done')
    expect(await t.built.db.files.list()).toHaveLength(1)
  })

  test('of a job whose cancel was accepted: it is cancelled', async () => {
    const { id } = await t.ask('broken')
    await t.until(() => t.workers.underway.length === 1)
    await t.easel.act({ kind: 'cancel', jobId: id }, t.caller())
    damage(sql, id)
    await comesToRest()
    expect(t.job(id)).toMatchObject({ state: 'cancelled', failure: undefined })
    expect(t.courier.messages.get(id)?.job.state).toBe('cancelled')
  })

  test('of a job that is done: lists leave it out, and it can be forgotten', async () => {
    const [done, broken] = [await t.ask('done'), await t.ask('a broken zebra')]
    await comesToRest()
    damage(sql, broken.id)
    const caller = t.caller()
    expect(t.easel.jobsHere(caller, 10).map(({ id }) => id)).toEqual([done.id])
    expect(t.easel.job(broken.id, caller)).toBeUndefined()
    expect(await t.easel.act({ kind: 'delete', jobId: broken.id }, caller)).toMatchObject({ kind: 'refused' })
    await t.easel.forget(caller.person)
    await t.settled()
    t.built.db.client.wipeLog()
    expect(t.built.db.client.sqlite.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(0)
  })
})

test.each(harmless)('%s is passed over', async (_, sql) => {
  const { id } = await t.ask('first')
  await comesToRest()
  damage(sql, id)
  expect(t.job(id)).toMatchObject({ state: 'done', failure: undefined })
  expect(t.easel.settings(t.caller().person)).toEqual({})
  expect((await t.paint('a new one')).state).toBe('done')
})

test('what a timer throws is logged, and the server goes on', async () => {
  t.easel.watch(t.caller(), () => undefined)
  await t.ask('first')
  await t.ask('second')
  const { db } = t.built
  const getAll = db.jobs.getAll.bind(db.jobs)
  db.jobs.getAll = () => {
    throw new Error('malformed')
  }
  t.clock.advance(2000)
  expect(t.log.faults.map(({ message }) => message)).toContain('a timer failed')
  db.jobs.getAll = getAll
  await comesToRest()
  expect((await t.paint('a new one')).state).toBe('done')
})
