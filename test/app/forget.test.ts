/** What is deleted is gone: from rows, from the files under them, and whatever else goes on at the same moment. */
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { savePending } from '../../src/bots/chat/pending.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

/** Every file of the data folder that holds these bytes. */
function filesWith(text: string): string[] {
  return filesIn(t.dataDir).filter(file => readFileSync(file).includes(text))
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}

/** As an upgrade keeps it. */
function copyBeforeUpgrade(): string {
  const file = join(t.dataDir, 'before-schema-9.sqlite')
  t.built.db.client.sqlite.prepare('VACUUM INTO ?').run(file)
  return file
}

describe('a write decides by what is true when it writes', () => {
  test('/forget me twice, with a request between: all of it is forgotten, the newest prompt too', async () => {
    const caller = t.caller()
    await t.paint('an old secret', caller)
    // While one write has the turn, the others stand in line: each is to see what those before it did.
    const turn = t.built.db.write(() => undefined)
    const first = t.easel.forget(caller.person)
    const asked = t.easel.imagine({ prompt: 'the newest secret' }, t.caller())
    for (let i = 0; i < 10; i++) await Promise.resolve()
    const second = t.easel.forget(caller.person)
    await turn
    expect(await first).toMatchObject({ count: 1 })
    expect((await asked).kind).toBe('accepted')
    expect(await second).toMatchObject({ count: 1 })
    await t.settled()
    expect(t.jobsIn(caller.conversation, 10)).toEqual([])
    expect(filesWith('secret')).toEqual([])
    expect(t.log.faults).toEqual([])
  })

  test('Delete and Cancel that meet /forget me are refused, and nothing fails', async () => {
    const job = await t.paint('a secret')
    const press = (kind: 'delete' | 'cancel') => t.easel.act({ kind, jobId: job.id }, t.caller())
    const done = await Promise.all([t.easel.forget(job.author), press('delete'), press('cancel')])
    expect(done).toMatchObject([
      { count: 1 },
      { kind: 'refused', problems: [{ code: 'job-unknown' }] },
      { kind: 'refused', problems: [{ code: 'job-unknown' }] },
    ])
    await t.settled()
    expect(t.log.faults).toEqual([])
  })

  test('/forget me of a long history lets others write in between, and takes all of it', async () => {
    await t.dispose()
    const limits = { maxQueuedPerPerson: 200, maxQueued: 200 }
    t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })], config: { limits } })
    const { id } = await t.ask('a secret')
    await t.until(() => t.workers.underway.length === 1)
    const { db } = t.built
    for (let i = 1; i < 120; i++) await t.ask('a secret')
    const openOfAll = () => db.openJobs.countQueued()
    const forgotten = t.easel.forget(t.caller().person)
    const between = await db.write(openOfAll)
    expect(between).toBeGreaterThan(0)
    expect(between).toBeLessThan(119)
    const { count, jobIds } = await forgotten
    expect([count, jobIds.length, jobIds[0]]).toEqual([120, 120, id])
    for (const run of t.workers.underway) run.end({ kind: 'cancelled' })
    await t.settled()
    expect(filesWith('secret')).toEqual([])
  })

  test('/notify beside /forget me brings no saved words back', async () => {
    const { person } = t.caller()
    await t.easel.saveSettings(person, { negative: 'a secret' })
    await Promise.all([t.easel.forget(person), t.easel.setNotify(person, false)])
    expect(t.easel.settings(person)).toEqual({ notify: false })
  })

  test('a remix of what was deleted a moment ago has none of its words', async () => {
    const asked = await t.easel.imagine({ prompt: 'a cat', negative: 'a secret' }, t.caller())
    const [job] = asked.kind === 'accepted' ? asked.jobs : []
    await t.settled()
    const pictureId = t.find(job?.id ?? '')?.pictures[0]?.id ?? ''
    const request = { prompt: 'a dog' }
    const [, pressed] = await Promise.all([
      t.easel.forget(t.caller().person),
      t.easel.act({ kind: 'remix', pictureId, request }, t.callerNamed('ben')),
    ])
    expect(pressed.kind).toBe('refused')
    expect(filesWith('secret')).toEqual([])
  })

  test('two presses at once make one job', async () => {
    await t.dispose()
    t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
    const { id } = await t.ask('a red circle')
    await t.until(() => t.workers.underway.length === 1)
    t.workers.current.finish()
    await t.settled()
    const press = () => t.easel.act({ kind: 're-roll', jobId: id }, t.caller())
    const outcomes = await Promise.all([press(), press(), press()])
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['accepted', 'refused', 'refused'])
  })

  test.each(['re-roll', 'vary-subtle', 'remix'] as const)(
    'what was deleted a moment ago gives no words to a new job: %s',
    async kind => {
      const job = await t.paint('a secret')
      const pictureId = job.pictures[0]?.id ?? ''
      const ben = t.callerNamed('ben')
      const action =
        kind === 're-roll'
          ? ({ kind, jobId: job.id } as const)
          : kind === 'remix'
            ? ({
                kind,
                pictureId,
                request: { prompt: 'a cat', source: { kind: 'stored', pictureId } },
              } as const)
            : ({ kind, pictureId } as const)
      const [forgotten, pressed] = await Promise.all([t.easel.forget(job.author), t.easel.act(action, ben)])
      expect(forgotten).toMatchObject({ count: 1 })
      expect(pressed.kind).toBe('refused')
      await t.settled()
      expect(filesWith('secret')).toEqual([])
    },
  )
})

describe('no byte of a forgotten prompt is left', () => {
  test.each(['forget', 'delete'] as const)(
    'in any file of the data folder, copies of upgrades too: %s',
    async way => {
      const caller = t.caller()
      await t.easel.saveSettings(caller.person, { negative: 'zebra fog' })
      const job = await t.paint(`a zebra ${'of many words '.repeat(100)}`, caller)
      await t.paint('an ordinary thing', t.callerNamed('ben'))
      copyBeforeUpgrade()
      expect(filesWith('zebra').length).toBeGreaterThan(1)
      if (way === 'forget') await t.easel.forget(caller.person)
      else {
        await t.easel.saveSettings(caller.person, {})
        await t.easel.act({ kind: 'delete', jobId: job.id }, caller)
      }
      await t.settled()
      t.built.db.client.wipeLog()
      const held = filesWith('zebra')
      // The settings of before are in the copy: nobody asked to delete those.
      if (way === 'delete') expect(held.every(file => file.endsWith('before-schema-9.sqlite'))).toBe(true)
      else expect(held).toEqual([])
      expect(filesWith('of many words')).toEqual([])
      expect(filesWith('an ordinary thing').length).toBeGreaterThan(1)
      expect(JSON.stringify(t.log.lines.filter(({ level }) => level !== 'debug'))).not.toContain('zebra')
    },
  )

  test.each(['forget', 'delete'] as const)(
    'in the question that led to the job, and its picture goes: %s',
    async way => {
      const caller = t.caller()
      const source = { kind: 'bytes', bytes: new Uint8Array([1]) } as const
      await savePending(t.easel, 'question', { prompt: 'a {red, grey} zebra', source }, caller)
      await savePending(t.easel, 'other question', { prompt: 'a cat' }, t.caller())
      const { id } = await t.paint('a red zebra', caller)
      copyBeforeUpgrade()
      if (way === 'forget') await t.easel.forget(caller.person)
      else await t.easel.act({ kind: 'delete', jobId: id }, caller)
      await t.settled()
      t.built.db.client.wipeLog()
      expect(filesWith('zebra')).toEqual([])
      expect(readdirSync(join(t.dataDir, 'pictures'))).toEqual([])
      const other = t.easel.pending('other question', caller.person)
      expect(other.kind).toBe(way === 'forget' ? 'none' : 'found')
    },
  )

  test('also if a reader blocks the database: then after the next write', async () => {
    const caller = t.caller()
    await t.paint('a zebra', caller)
    const reader = new Sqlite(join(t.dataDir, 'easel.sqlite'), { readonly: true })
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM jobs').get()
    await t.easel.forget(caller.person)
    await t.settled()
    reader.exec('COMMIT')
    reader.close()
    await t.paint('an ordinary thing', t.callerNamed('ben'))
    expect(filesWith('zebra')).toEqual([])
  })

  test('of an account in two servers: in both, and in the copies', async () => {
    const inServer = (spaceId: string) =>
      t.caller({
        person: { platform: 'discord', spaceId, userId: '7', name: `Ada in ${spaceId}` },
        conversation: { platform: 'discord', spaceId, channelId: 'art', kind: 'channel', audience: 'space' },
      })
    await t.ask('a zebra here', inServer('here'))
    await t.ask('a zebra there', inServer('there'))
    await t.built.db.write(() =>
      t.built.db.pending.put(
        { id: 'asked', owner: inServer('here').person, document: { text: 'a zebra' }, files: [] },
        0,
      ),
    )
    const copy = copyBeforeUpgrade()
    await t.easel.forget(inServer('here').person)
    t.built.db.client.wipeLog()
    expect(filesWith('zebra')).toEqual([])
    expect(filesWith('Ada in')).toEqual([])
    expect(readFileSync(copy).length).toBeGreaterThan(0)
  })

  test('a copy that cannot be written is named in the log', async () => {
    const job = await t.paint('a zebra')
    const copy = copyBeforeUpgrade()
    const other = new Sqlite(copy)
    other.exec('BEGIN EXCLUSIVE')
    await t.easel.forget(job.author)
    other.close()
    expect(t.log.faults).toMatchObject([{ level: 'error', fields: { files: [copy] } }])
  })
})

test('only the owner can read the data folder, whatever its permissions were', async () => {
  await t.paint('a red circle')
  copyBeforeUpgrade()
  await t.built.stop(0)
  chmodSync(t.dataDir, 0o755)
  for (const file of filesIn(t.dataDir)) chmodSync(file, 0o644)
  chmodSync(join(t.dataDir, 'pictures'), 0o755)
  await t.restart()
  const modeOf = (path: string) => statSync(path).mode & 0o777
  const names = readdirSync(t.dataDir).filter(name => name !== 'pictures')
  expect(names).toEqual(
    expect.arrayContaining(['easel.sqlite', 'easel.sqlite-wal', 'before-schema-9.sqlite']),
  )
  expect(modeOf(t.dataDir)).toBe(0o700)
  expect(modeOf(join(t.dataDir, 'pictures'))).toBe(0o700)
  for (const name of names) expect([name, modeOf(join(t.dataDir, name))]).toEqual([name, 0o600])
  expect(t.log.faults).toEqual([])
})
