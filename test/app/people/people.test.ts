import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

let it: TestEasel
beforeEach(async () => {
  it = await buildTestEasel()
})
afterEach(() => it.dispose())

function files(): string[] {
  return readdirSync(join(it.dataDir, 'pictures'))
}

/** Every word that is left anywhere in the database. */
function databaseText(): string {
  const { sqlite } = it.built.db.client
  const tables = sqlite.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all()
  return JSON.stringify(tables.map(name => sqlite.prepare(`SELECT * FROM "${name}"`).all()))
}

const moderator = { member: true, moderator: true, admin: false }
const admin = { member: true, moderator: false, admin: true }

describe('Delete', () => {
  test('takes message, pictures, files and words away, and keeps the figures', async () => {
    const job = await it.paint('a secret circle')
    expect(files()).toHaveLength(1)
    expect((await it.easel.act({ kind: 'delete', jobId: job.id }, it.caller())).kind).toBe('deleted')
    await it.settled()
    expect(it.courier.messages.has(job.id)).toBe(false)
    expect(it.find(job.id)).toBeUndefined()
    expect(it.findPicture(job.pictures[0]?.id ?? '')).toBeUndefined()
    expect(files()).toEqual([])
    expect(databaseText()).not.toContain('secret')
    expect(it.jobsIn(job.conversation, 10)).toEqual([])
    expect(it.easel.usage(job.author)).toMatchObject({ jobs: 1, pictures: 1 })
    expect(await it.easel.act({ kind: 'delete', jobId: job.id }, it.caller())).toMatchObject({
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
      const job = await it.paint('a red circle')
      const conversation = { ...job.conversation, spaceId: space ?? 'web' }
      const changes = { rights: rights ?? { member: true, moderator: false, admin: false }, conversation }
      const caller = who ? it.callerNamed(who, changes) : it.caller(changes)
      expect((await it.easel.act({ kind: 'delete', jobId: job.id }, caller)).kind).toBe(kind)
      expect((await it.easel.act({ kind: 'cancel', jobId: job.id }, caller)).kind).toBe('refused')
    },
  )

  test('by a moderator is recorded in the audit table, by the author not', async () => {
    const mine = await it.paint('mine')
    const theirs = await it.paint('theirs', it.callerNamed('ben'))
    await it.easel.act({ kind: 'delete', jobId: mine.id }, it.caller({ rights: moderator }))
    await it.easel.act({ kind: 'delete', jobId: theirs.id }, it.caller({ rights: moderator }))
    expect(it.built.db.audit.all()).toEqual([
      { id: 1, at: it.clock.now(), actor: 'web:web:ada', action: 'delete', target: theirs.id },
    ])
  })

  test('of a picture does not delete pictures that others derived from it', async () => {
    const job = await it.paint('a red circle')
    const pictureId = job.pictures[0]?.id ?? ''
    const varied = await it.easel.act({ kind: 'vary-subtle', pictureId }, it.callerNamed('ben'))
    const id = varied.kind === 'accepted' ? (varied.jobs[0]?.id ?? '') : ''
    await it.settled()
    await it.easel.act({ kind: 'delete', jobId: job.id }, it.caller())
    expect(it.job(id).pictures).toHaveLength(1)
    expect((await it.easel.act({ kind: 're-roll', jobId: id }, it.callerNamed('ben'))).kind).toBe('accepted')
    await it.settled()
    // Its source is gone, and that is what it says.
    expect(it.jobsIn(job.conversation, 1)[0]).toMatchObject({
      state: 'failed',
      failure: { code: 'source-removed' },
    })
  })
})

describe('/forget me', () => {
  test('leaves no prompt, no picture and no file of jobs in any state', async () => {
    await it.dispose()
    it = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
    const caller = it.caller({
      person: { platform: 'web', spaceId: 'web', userId: 'ada', name: 'Secret Ada' },
    })
    const again = () => ({ ...caller, eventId: it.caller().eventId })
    const bytes = new Uint8Array([1, 2, 3])
    await it.easel.saveSettings(caller.person, { negative: 'secret fog' })
    await it.easel.imagine({ prompt: 'secret done', source: { kind: 'bytes', bytes } }, again())
    await it.until(() => it.workers.underway.length === 1)
    it.workers.current.finish()
    await it.settled()
    await it.easel.imagine({ prompt: 'secret running' }, again())
    await it.easel.imagine({ prompt: 'secret waiting' }, again())
    const other = await it.ask('not so secret', it.callerNamed('ben'))
    await it.until(() => it.workers.underway.length === 1)
    await it.built.delivered()
    expect(files()).toHaveLength(2)

    expect(await it.easel.forget(caller.person)).toMatchObject({ count: 3 })
    // The one that runs finishes all the same: too late.
    it.workers.current.finish()
    await it.until(() => it.workers.underway.length === 1)
    it.workers.current.finish()
    await it.settled()
    expect(databaseText().toLowerCase()).not.toContain('secret d')
    for (const word of ['secret done', 'secret running', 'secret waiting', 'Secret Ada', 'secret fog']) {
      expect(databaseText()).not.toContain(word)
    }
    expect(it.jobsIn(caller.conversation, 10).map(({ id }) => id)).toEqual([other.id])
    expect(it.built.db.jobs.ofPeople([it.built.db.people.find(caller.person) ?? -1], 0, 1)).toEqual([])
    expect(files()).toEqual([expect.stringContaining(other.id)])
    expect([...it.courier.messages.keys()]).toEqual([other.id])
  })

  test('also deletes a first message that is being posted', async () => {
    let open = () => {}
    it.courier.gate = new Promise(resolve => {
      open = resolve
    })
    const caller = it.caller()
    const { id } = await it.ask('a secret', caller)
    await it.until(() => it.courier.calls.length === 1)
    await it.easel.forget(caller.person)
    open()
    await it.settled()
    expect(it.courier.kindsFor(id)).toEqual(['open', 'withdraw'])
    expect(it.courier.messages.has(id)).toBe(false)
    expect(it.built.db.jobs.get(id)).toBeUndefined()
  })

  test('gives no quota back', async () => {
    await it.dispose()
    it = await buildTestEasel({ config: { limits: { quotaPictures: 1 } } })
    const job = await it.paint('a red circle')
    await it.easel.forget(job.author)
    await it.settled()
    expect(await it.easel.imagine({ prompt: 'another' }, it.caller())).toMatchObject({
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
      const outcome = await it.easel.imagine(request, it.caller())
      jobs.push(outcome.kind === 'accepted' ? (outcome.jobs[0]?.id ?? '') : '')
      await it.settled()
    }
    const sources = it.workers.runs.map(run => Object.values(run.sources))
    expect(sources).toEqual([[Buffer.from(bytes)], [Buffer.from(bytes)]])
    expect(files().filter(name => name.startsWith('given-'))).toHaveLength(1)
    await it.easel.act({ kind: 'delete', jobId: jobs[0] ?? '' }, it.caller())
    expect(files().filter(name => name.startsWith('given-'))).toHaveLength(1)
    await it.easel.act({ kind: 'delete', jobId: jobs[1] ?? '' }, it.caller())
    expect(files()).toEqual([])
  })

  test('that cannot be decoded safely is refused with a sentence, and leaves nothing', async () => {
    await it.dispose()
    it = await buildTestEasel({
      parts: {
        checkPicture: async () => {
          throw new AppError('picture-unusable', { problem: { what: 'animated' } })
        },
      },
    })
    const source = { kind: 'bytes' as const, bytes: new Uint8Array(4) }
    expect(await it.easel.imagine({ prompt: 'a cat', source }, it.caller())).toEqual({
      kind: 'refused',
      problems: [{ code: 'picture-refused', details: { problem: { what: 'animated' } } }],
    })
  })

  test('of a refused or unconfirmed request leaves no file', async () => {
    const source = { kind: 'bytes' as const, bytes: new Uint8Array([1]) }
    await it.easel.imagine({ prompt: 'a cat', source, steps: 0 }, it.caller())
    await it.easel.imagine({ prompt: 'a {red,blue} cat', source }, it.caller())
    expect(files()).toEqual([])
  })
})

describe('the quota', () => {
  beforeEach(async () => {
    await it.dispose()
    it = await buildTestEasel({ config: { limits: { quotaPictures: 4, quotaHours: 24 } } })
  })

  test('counts pictures over a sliding window, and says when the next is possible', async () => {
    const startMs = it.clock.now()
    await it.easel.imagine({ prompt: 'three', count: 3 }, it.caller())
    it.clock.advance(3_600_000)
    await it.easel.imagine({ prompt: 'one' }, it.caller())
    await it.settled()
    const { person } = it.caller()
    expect(it.easel.usage(person)).toMatchObject({ jobs: 2, pictures: 4, left: 0, periodHours: 24 })
    expect(await it.easel.imagine({ prompt: 'more' }, it.caller())).toEqual({
      kind: 'refused',
      problems: [
        {
          code: 'quota-used',
          details: {
            whose: 'person',
            limit: 4,
            perHours: 24,
            left: 0,
            wanted: 1,
            nextAt: startMs + 24 * 3_600_000,
          },
        },
      ],
    })
    // Other people have their own.
    expect((await it.easel.imagine({ prompt: 'ben' }, it.callerNamed('ben'))).kind).toBe('accepted')
    await it.settled()
    it.clock.advance(23 * 3_600_000)
    expect((await it.easel.imagine({ prompt: 'a day later', count: 3 }, it.caller())).kind).toBe('accepted')
    await it.settled()
  })

  test('is not used up by what failed or was cancelled before it began', async () => {
    it.workers.mode = 'by-hand'
    const { person } = it.caller()
    const failing = await it.ask('failing')
    const waiting = await it.ask('waiting')
    await it.until(() => it.workers.underway.length === 1)
    await it.easel.act({ kind: 'cancel', jobId: waiting.id }, it.caller())
    it.workers.current.fail(new AppError('model-file', { file: 'unet', problem: { what: 'missing' } }))
    await it.until(() => it.find(failing.id)?.state === 'failed')
    expect(it.easel.usage(person).left).toBe(4)
  })
})

describe('the queue', () => {
  test('is bounded, for each person and in all', async () => {
    await it.dispose()
    it = await buildTestEasel({
      devices: [new FakeWorkers({ mode: 'by-hand' })],
      config: { limits: { maxQueuedPerPerson: 2, maxQueued: 3 } },
    })
    await it.ask('running')
    await it.until(() => it.workers.underway.length === 1)
    await it.ask('1')
    await it.ask('2')
    expect(await it.easel.imagine({ prompt: '3' }, it.caller())).toMatchObject({
      problems: [{ code: 'queue-full', details: { limit: 2 } }],
    })
    await it.ask('3', it.callerNamed('ben'))
    expect(await it.easel.imagine({ prompt: '4' }, it.callerNamed('cy'))).toMatchObject({
      problems: [{ code: 'queue-full', details: { limit: 3 } }],
    })
    expect(it.queue().map(({ promptAsTyped }) => promptAsTyped)).toEqual(['running', '3', '1', '2'])
    expect(
      it.easel.ownQueue(it.callerNamed('ben').person, 10).jobs.map(({ promptAsTyped }) => promptAsTyped),
    ).toEqual(['3'])
  })
})

describe('stats', () => {
  test('come from the jobs’ own records', async () => {
    await it.dispose()
    it = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
    const fromMs = it.clock.now()
    for (const [who, waitMs, runMs] of [
      ['ada', 0, 1000],
      ['ada', 0, 2000],
      ['ben', 0, 3000],
    ] as const) {
      await it.ask('a circle', it.callerNamed(who))
      await it.until(() => it.workers.underway.length === 1)
      it.clock.advance(waitMs + runMs)
      it.workers.current.finish()
      await it.settled()
    }
    const failing = await it.ask('failing', it.callerNamed('ben'))
    const waiting = await it.ask('cancelled', it.callerNamed('ben'))
    await it.until(() => it.workers.underway.length === 1)
    await it.easel.act({ kind: 'cancel', jobId: waiting.id }, it.callerNamed('ben'))
    it.workers.current.fail(new AppError('model-file', { file: 'unet', problem: { what: 'missing' } }))
    await it.settled()
    await it.easel.act({ kind: 'delete', jobId: failing.id }, it.callerNamed('ben'))

    const outcome = it.easel.stats({ fromMs, toMs: fromMs + 24_000 }, it.caller({ rights: admin }))
    const stats = outcome.kind === 'stats' ? outcome.stats : undefined
    expect(stats).toMatchObject({
      jobs: 5,
      pictures: 3,
      people: 2,
      failures: 1,
      cancelled: 1,
      gpuSeconds: 6,
      runMs: { p50: 2000, p95: 3000 },
      byPerson: [
        { name: 'ben', jobs: 3, pictures: 1, failures: 1, gpuSeconds: 3 },
        { name: 'ada', jobs: 2, pictures: 2, failures: 0, gpuSeconds: 3 },
      ],
      byModel: [{ name: 'demo', jobs: 5 }],
      byDevice: [{ name: 'fake:0', jobs: 4 }],
    })
    expect(stats?.timeline.map(({ jobs }) => jobs).slice(0, 7)).toEqual([1, 1, 0, 1, 0, 0, 2])
  })

  test('are for admins: of the space, or those whom the configuration names', async () => {
    await it.dispose()
    it = await buildTestEasel({ config: { admins: ['web:web:root', 'discord:*:U9'] } })
    await it.paint('here')
    const elsewhere = { platform: 'discord' as const, spaceId: 'G1', userId: 'U1', name: 'Dee' }
    const conversation = {
      platform: 'discord' as const,
      spaceId: 'G1',
      channelId: 'C1',
      kind: 'channel' as const,
      audience: 'space' as const,
    }
    await it.ask('there', it.caller({ person: elsewhere, conversation }))
    await it.until(() => it.queue().length === 0)
    const period = { fromMs: 0, toMs: it.clock.now() + 1 }
    const jobsSeen = (caller: ReturnType<TestEasel['caller']>) => {
      const outcome = it.easel.stats(period, caller)
      return outcome.kind === 'stats' ? outcome.stats.jobs : outcome.problems
    }
    const refusedAs = (name: string) => [{ code: 'admins-only', details: { name } }]
    expect(jobsSeen(it.caller())).toEqual(refusedAs('web:web:ada'))
    expect(jobsSeen(it.caller({ rights: moderator }))).toEqual(refusedAs('web:web:ada'))
    expect(jobsSeen(it.caller({ rights: admin }))).toBe(1)
    expect(jobsSeen(it.callerNamed('root'))).toBe(2)
    const anywhere = { ...elsewhere, spaceId: 'direct', userId: 'U9' }
    expect(jobsSeen(it.caller({ person: anywhere }))).toBe(2)
    expect(jobsSeen(it.callerNamed('U9'))).toEqual(refusedAs('web:web:U9'))
  })
})

describe('files of a crash', () => {
  test('without a picture are deleted at the next start', async () => {
    const job = await it.paint('a red circle')
    await it.built.db.files.write('nobody-0-x.png', new Uint8Array([1]))
    it.crash()
    await it.restart()
    expect(files()).toEqual([expect.stringContaining(job.id)])
  })
})
