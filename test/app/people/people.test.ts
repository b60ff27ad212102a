/** What Delete and /forget me take away, and how a person's own pictures are kept. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

function files(): string[] {
  return readdirSync(join(t.dataDir, 'pictures'))
}

/** Every word that is left anywhere in the database. */
function databaseText(): string {
  const { sqlite } = t.built.db.client
  const tables = sqlite.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all()
  return JSON.stringify(tables.map(name => sqlite.prepare(`SELECT * FROM "${name}"`).all()))
}

const moderator = { member: true, moderator: true, admin: false }
const admin = { member: true, moderator: false, admin: true }

describe('Delete', () => {
  test('takes message, pictures, files and words away, and keeps the figures', async () => {
    const job = await t.paint('a secret circle')
    expect(files()).toHaveLength(1)
    expect((await t.easel.act({ kind: 'delete', jobId: job.id }, t.caller())).kind).toBe('deleted')
    await t.settled()
    expect(t.courier.messages.has(job.id)).toBe(false)
    expect(t.find(job.id)).toBeUndefined()
    expect(t.findPicture(job.pictures[0]?.id ?? '')).toBeUndefined()
    expect(files()).toEqual([])
    expect(databaseText()).not.toContain('secret')
    expect(t.jobsIn(job.conversation, 10)).toEqual([])
    expect(t.easel.usage(job.author)).toMatchObject({ jobs: 1, pictures: 1 })
    expect(await t.easel.act({ kind: 'delete', jobId: job.id }, t.caller())).toMatchObject({
      problems: [{ code: 'job-unknown' }],
    })
  })

  test.each([
    ['the author', {}, 'deleted'],
    ['a moderator of the space', { who: 'ben', rights: moderator }, 'deleted'],
    ['somebody else', { who: 'ben' }, 'refused'],
    ['an admin who is no moderator', { who: 'ben', rights: admin }, 'refused'],
    ['a moderator of another space', { who: 'ben', rights: moderator, space: 'elsewhere' }, 'refused'],
  ])(
    'by %s',
    async (_, { who, rights, space }: { who?: string; rights?: typeof moderator; space?: string }, kind) => {
      const job = await t.paint('a red circle')
      const conversation = { ...job.conversation, spaceId: space ?? 'web' }
      const changes = { rights: rights ?? { member: true, moderator: false, admin: false }, conversation }
      const caller = who ? t.callerNamed(who, changes) : t.caller(changes)
      expect((await t.easel.act({ kind: 'delete', jobId: job.id }, caller)).kind).toBe(kind)
      expect((await t.easel.act({ kind: 'cancel', jobId: job.id }, caller)).kind).toBe('refused')
    },
  )

  test('by a moderator is recorded in the audit table, by the author not', async () => {
    const mine = await t.paint('mine')
    const theirs = await t.paint('theirs', t.callerNamed('ben'))
    await t.easel.act({ kind: 'delete', jobId: mine.id }, t.caller({ rights: moderator }))
    await t.easel.act({ kind: 'delete', jobId: theirs.id }, t.caller({ rights: moderator }))
    expect(t.built.db.audit.all()).toEqual([
      { id: 1, at: t.clock.now(), actor: 'web:web:ada', action: 'delete', target: theirs.id },
    ])
  })

  test('of a picture does not delete pictures that others derived from it', async () => {
    const job = await t.paint('a red circle')
    const pictureId = job.pictures[0]?.id ?? ''
    const varied = await t.easel.act({ kind: 'vary-subtle', pictureId }, t.callerNamed('ben'))
    const id = varied.kind === 'accepted' ? (varied.jobs[0]?.id ?? '') : ''
    await t.settled()
    await t.easel.act({ kind: 'delete', jobId: job.id }, t.caller())
    expect(t.job(id).pictures).toHaveLength(1)
    expect((await t.easel.act({ kind: 're-roll', jobId: id }, t.callerNamed('ben'))).kind).toBe('accepted')
    await t.settled()
    // Its source is gone, and that is what it says.
    expect(t.jobsIn(job.conversation, 1)[0]).toMatchObject({
      state: 'failed',
      failure: { code: 'source-removed' },
    })
  })
})

describe('/forget me', () => {
  test('leaves no prompt, no picture and no file of jobs in any state', async () => {
    await t.dispose()
    t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
    const caller = t.caller({
      person: { platform: 'web', spaceId: 'web', userId: 'ada', name: 'Secret Ada' },
    })
    const again = () => ({ ...caller, eventId: t.caller().eventId })
    const bytes = new Uint8Array([1, 2, 3])
    await t.easel.saveSettings(caller.person, { negative: 'secret fog' })
    await t.easel.imagine({ prompt: 'secret done', source: { kind: 'bytes', bytes } }, again())
    await t.until(() => t.workers.underway.length === 1)
    t.workers.current.finish()
    await t.settled()
    await t.easel.imagine({ prompt: 'secret running' }, again())
    await t.easel.imagine({ prompt: 'secret waiting' }, again())
    const other = await t.ask('not so secret', t.callerNamed('ben'))
    await t.until(() => t.workers.underway.length === 1)
    await t.built.delivered()
    expect(files()).toHaveLength(2)

    expect(await t.easel.forget(caller.person)).toMatchObject({ count: 3 })
    // The one that runs finishes all the same: too late.
    t.workers.current.finish()
    await t.until(() => t.workers.underway.length === 1)
    t.workers.current.finish()
    await t.settled()
    expect(databaseText().toLowerCase()).not.toContain('secret d')
    for (const word of ['secret done', 'secret running', 'secret waiting', 'Secret Ada', 'secret fog']) {
      expect(databaseText()).not.toContain(word)
    }
    expect(t.jobsIn(caller.conversation, 10).map(({ id }) => id)).toEqual([other.id])
    expect(t.built.db.jobs.ofPeople([t.built.db.people.find(caller.person) ?? -1], 0, 1)).toEqual([])
    expect(files()).toEqual([expect.stringContaining(other.id)])
    expect([...t.courier.messages.keys()]).toEqual([other.id])
  })

  test('also deletes a first message that is being posted', async () => {
    let open = () => {}
    t.courier.gate = new Promise(resolve => {
      open = resolve
    })
    const caller = t.caller()
    const { id } = await t.ask('a secret', caller)
    await t.until(() => t.courier.calls.length === 1)
    await t.easel.forget(caller.person)
    open()
    await t.settled()
    expect(t.courier.kindsFor(id)).toEqual(['open', 'withdraw'])
    expect(t.courier.messages.has(id)).toBe(false)
    expect(t.built.db.jobs.get(id)).toBeUndefined()
  })

  test('gives no quota back', async () => {
    await t.dispose()
    t = await buildTestEasel({ config: { limits: { quotaPictures: 1 } } })
    const job = await t.paint('a red circle')
    await t.easel.forget(job.author)
    await t.settled()
    expect(await t.easel.imagine({ prompt: 'another' }, t.caller())).toMatchObject({
      problems: [{ code: 'quota-used' }],
    })
  })
})

describe('a person’s own picture', () => {
  test('is kept as theirs, once, and goes with the last job that needs it', async () => {
    const bytes = new Uint8Array([1, 2, 3])
    const request = { prompt: 'a cat', source: { kind: 'bytes' as const, bytes } }
    const jobs: string[] = []
    for (let i = 0; i < 2; i++) {
      const outcome = await t.easel.imagine(request, t.caller())
      jobs.push(outcome.kind === 'accepted' ? (outcome.jobs[0]?.id ?? '') : '')
      await t.settled()
    }
    const sources = t.workers.runs.map(run => Object.values(run.sources))
    expect(sources).toEqual([[Buffer.from(bytes)], [Buffer.from(bytes)]])
    expect(files().filter(name => name.startsWith('given-'))).toHaveLength(1)
    await t.easel.act({ kind: 'delete', jobId: jobs[0] ?? '' }, t.caller())
    expect(files().filter(name => name.startsWith('given-'))).toHaveLength(1)
    await t.easel.act({ kind: 'delete', jobId: jobs[1] ?? '' }, t.caller())
    expect(files()).toEqual([])
  })

  test('that cannot be decoded safely is refused with a sentence, and leaves nothing', async () => {
    await t.dispose()
    t = await buildTestEasel({
      parts: {
        checkPicture: async () => {
          throw new AppError('picture-unusable', { problem: { what: 'animated' } })
        },
      },
    })
    const source = { kind: 'bytes' as const, bytes: new Uint8Array(4) }
    expect(await t.easel.imagine({ prompt: 'a cat', source }, t.caller())).toEqual({
      kind: 'refused',
      problems: [{ code: 'picture-refused', details: { problem: { what: 'animated' } } }],
    })
  })

  test('of a refused or unconfirmed request leaves no file', async () => {
    const source = { kind: 'bytes' as const, bytes: new Uint8Array([1]) }
    await t.easel.imagine({ prompt: 'a cat', source, steps: 0 }, t.caller())
    await t.easel.imagine({ prompt: 'a {red,blue} cat', source }, t.caller())
    expect(files()).toEqual([])
  })
})

describe('files of a crash', () => {
  test('without a picture are deleted at the next start', async () => {
    const job = await t.paint('a red circle')
    await t.built.db.files.write('nobody-0-x.png', new Uint8Array([1]))
    t.crash()
    await t.restart()
    expect(files()).toEqual([expect.stringContaining(job.id)])
  })
})
