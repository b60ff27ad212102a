import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

const pictures = () => readdirSync(join(t.dataDir, 'pictures')).sort()
const database = () => join(t.dataDir, 'easel.sqlite')

function strays(): string[] {
  const folder = join(t.dataDir, 'strays')
  const [date = '', ...others] = readdirSync(folder)
  expect(date).toBe(new Date(t.clock.now()).toISOString().slice(0, 10))
  expect(others).toEqual([])
  return readdirSync(join(folder, date)).sort()
}

async function paints(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await t.paint(`picture ${i}`)
}

describe('a start deletes no picture that the database does not know', () => {
  test.each([
    ['is missing', () => rmSync(database())],
    ['is empty', () => writeFileSync(database(), '')],
    ['is older than the pictures', () => copyFileSync(join(t.dataDir, 'yesterday'), database())],
  ])('where the database %s, the start is refused and says why', async (_, happens) => {
    await paints(1)
    await t.built.stop(0)
    copyFileSync(database(), join(t.dataDir, 'yesterday'))
    t.rebuild()
    await t.start()
    await paints(4)
    await t.built.stop(0)
    const before = pictures()
    expect(before).toHaveLength(5)
    happens()
    t.rebuild()
    await expect(t.start()).rejects.toMatchObject({
      code: 'pictures-unknown',
      details: { folder: join(t.dataDir, 'pictures'), files: 5 },
    })
    expect(pictures()).toEqual(before)
    t.crash()
  })

  test('a few of them are moved aside, into a folder of the day', async () => {
    await paints(3)
    await t.built.stop(0)
    const known = pictures()
    writeFileSync(join(t.dataDir, 'pictures', 'holiday.png'), 'mine')
    mkdirSync(join(t.dataDir, 'pictures', 'album'))
    await t.restart()
    expect(pictures()).toEqual(known)
    expect(strays()).toEqual(['album', 'holiday.png'])
    await t.built.stop(0)
    writeFileSync(join(t.dataDir, 'pictures', 'holiday.png'), 'mine too')
    await t.restart()
    expect(strays()).toHaveLength(3)
  })
})

test('files of pictures that are missing are named at the start, and those that are there are not', async () => {
  const said = () => t.log.lines.filter(({ message }) => message === 'files of pictures are missing')
  await paints(3)
  await t.built.stop(0)
  await t.restart()
  expect(said()).toEqual([])
  await t.built.stop(0)
  for (const name of pictures().slice(0, 2)) rmSync(join(t.dataDir, 'pictures', name))
  await t.restart()
  expect(said().map(({ fields }) => fields)).toMatchObject([{ missing: 2, pictures: 3 }])
})

test('what a dead process had not written to its end is deleted', async () => {
  await paints(1)
  const { db } = t.built
  await db.write(() => db.unownedFiles.add(['begun.png']))
  writeFileSync(join(t.dataDir, 'pictures', 'begun.png.id00000000000abc.tmp'), 'half')
  expect(pictures()).toHaveLength(2)
  t.crash()
  await t.restart()
  expect(pictures()).toHaveLength(1)
  expect(t.built.db.unownedFiles.all()).toEqual([])
  expect(readdirSync(t.dataDir)).not.toContain('strays')
})

test('so is half of a picture that a job painted, though no row names its file', async () => {
  const { id } = await t.paint('a fox')
  const [file = ''] = pictures()
  const { sqlite } = t.built.db.client
  sqlite.prepare('DELETE FROM pictures WHERE file = ?').run(file)
  sqlite.prepare("UPDATE jobs SET state = 'running' WHERE id = ?").run(id)
  const half = `${file}.id00000000000abc.tmp`
  renameSync(join(t.dataDir, 'pictures', file), join(t.dataDir, 'pictures', half))
  t.crash()
  await t.restart()
  await t.settled()
  expect(t.find(id)?.state).toBe('done')
  expect(pictures()).toHaveLength(1)
  expect(pictures()).not.toContain(half)
  expect(readdirSync(t.dataDir)).not.toContain('strays')
})

describe('an old database is put back while pictures of a newer one are there', () => {
  /** What an old copy says of a file: it was being written, or deleted. */
  async function putBack(how: 'add' | 'disown'): Promise<string> {
    await paints(4)
    const [newer = ''] = pictures()
    await t.built.stop(0)
    writeFileSync(join(t.dataDir, 'pictures', 'later.png'), 'painted after the copy')
    t.rebuild()
    const { db } = t.built
    db.client.sqlite.prepare('DELETE FROM pictures WHERE file = ?').run(newer)
    await db.write(() => db.unownedFiles[how]([newer]))
    await t.start()
    expect(pictures()).toHaveLength(3)
    return newer
  }

  /** The copy was made while the newest picture was being written. That picture's job is painted again. */
  async function putBackBeforeTheNewest(): Promise<string> {
    const { id } = await t.paint('the newest')
    const [newest = ''] = pictures()
    const { db } = t.built
    db.client.sqlite.prepare('DELETE FROM pictures WHERE file = ?').run(newest)
    db.client.sqlite.prepare("UPDATE jobs SET state = 'running' WHERE id = ?").run(id)
    t.crash()
    await t.restart()
    await t.settled()
    expect(t.find(id)?.state).toBe('done')
    return newest
  }

  test('a file that was being written in it is moved aside: a picture of the newer one may be in it', async () => {
    const newer = await putBack('add')
    expect(strays()).toEqual([newer, 'later.png'].sort())
  })

  test('also where that picture is the only file that the newer one has more', async () => {
    const newest = await putBackBeforeTheNewest()
    expect(pictures()).toHaveLength(1)
    expect(strays()).toEqual([newest])
  })

  test.each(['Delete', '/forget me'])('%s takes what was moved aside too', async how => {
    const newest = await putBackBeforeTheNewest()
    const [id = ''] = newest.split('-')
    if (how === 'Delete') await t.easel.act({ kind: 'delete', jobId: id }, t.caller())
    else await t.easel.forget(t.caller().person)
    expect(strays()).toEqual([])
  })

  describe('what a person gave while the copy was made', () => {
    /** The copies know of the given files only that they are being written. The newer database owned them. */
    async function putBackBeforeGiven(asked = 1): Promise<string[]> {
      const bytes = new Uint8Array([1])
      const caller = t.caller()
      for (let i = 0; i < asked; i++)
        await t.easel.imagine({ prompt: 'a cat', source: { kind: 'bytes', bytes } }, t.caller())
      await t.easel.savePending({ id: 'question', person: caller.person, document: {}, files: [bytes] })
      await t.settled()
      const given = pictures().filter(name => /^(given|pending)-/.test(name))
      expect(given).toHaveLength(2)
      const { db } = t.built
      const { sqlite } = db.client
      sqlite.exec('DELETE FROM pending_answers; DELETE FROM pictures WHERE job_id IS NULL')
      await db.write(() => db.unownedFiles.add(given))
      t.crash()
      await t.restart()
      return given
    }

    test('is moved aside, where the copy lacks nothing else', async () => {
      const given = await putBackBeforeGiven()
      expect(strays()).toEqual(given)
    })

    test('goes with its person, and with nobody else', async () => {
      const given = await putBackBeforeGiven()
      await t.easel.forget(t.callerNamed('bob').person)
      expect(strays()).toEqual(given)
      await t.easel.forget(t.caller().person)
      expect(strays()).toEqual([])
    })

    test('goes with the last job that started from it', async () => {
      const [picture, question] = await putBackBeforeGiven(2)
      const jobs = t.jobsIn(t.caller().conversation, 10)
      const left = []
      for (const { id } of jobs) {
        await t.easel.act({ kind: 'delete', jobId: id }, t.caller())
        left.push(strays())
      }
      expect(left).toEqual([[picture, question], [question]])
    })

    test('goes at the next start where the disk refused to delete it', async () => {
      const given = await putBackBeforeGiven()
      t.built.db.files.remove = () => Promise.reject(new Error('refused'))
      await expect(t.easel.forget(t.caller().person)).rejects.toThrow('refused')
      expect(strays()).toEqual(given)
      t.crash()
      await t.restart()
      expect(strays()).toEqual([])
    })
  })

  test('a file that was being deleted in it is deleted: somebody wanted it gone', async () => {
    await putBack('disown')
    expect(strays()).toEqual(['later.png'])
  })
})

test('a picture that was forgotten goes at the next start where the disk refused to delete it', async () => {
  await paints(2)
  const { db } = t.built
  const copy = join(t.dataDir, 'before-schema-9.sqlite')
  db.client.sqlite.prepare('VACUUM INTO ?').run(copy)
  db.files.remove = () => Promise.reject(new Error('refused'))
  await expect(t.easel.forget(t.caller().person)).rejects.toThrow('refused')
  expect(pictures()).toHaveLength(2)
  // The words go at once, whatever becomes of the pictures.
  for (const file of [copy, database(), `${database()}-wal`])
    expect(readFileSync(file).includes('picture 1')).toBe(false)
  t.crash()
  await t.restart()
  expect(pictures()).toEqual([])
  expect(readdirSync(t.dataDir)).not.toContain('strays')
})

test('a lost claim and a failed write leave no file', async () => {
  await t.dispose()
  t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
  const { id } = await t.ask('a red circle')
  await t.until(() => t.workers.underway.length === 1)
  await t.easel.act({ kind: 'delete', jobId: id }, t.caller())
  t.workers.current.finish()
  await t.until(() => t.built.db.jobs.stateOf(id) !== 'running')
  await t.built.drain(0)
  expect(pictures()).toEqual([])
  expect(t.built.db.unownedFiles.all()).toEqual([])
})
