/** Quotas, the bounds of the queue, and statistics. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

const moderator = { member: true, moderator: true, admin: false }
const admin = { member: true, moderator: false, admin: true }

describe('the quota', () => {
  beforeEach(async () => {
    await t.dispose()
    t = await buildTestEasel({ config: { limits: { quotaPictures: 4, quotaHours: 24 } } })
  })

  test('counts pictures over a sliding window, and says when the next is possible', async () => {
    const startMs = t.clock.now()
    await t.easel.imagine({ prompt: 'three', count: 3 }, t.caller())
    t.clock.advance(3_600_000)
    await t.easel.imagine({ prompt: 'one' }, t.caller())
    await t.settled()
    const { person } = t.caller()
    expect(t.easel.usage(person)).toMatchObject({ jobs: 2, pictures: 4, left: 0, periodHours: 24 })
    expect(await t.easel.imagine({ prompt: 'more' }, t.caller())).toEqual({
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
    expect((await t.easel.imagine({ prompt: 'ben' }, t.callerNamed('ben'))).kind).toBe('accepted')
    await t.settled()
    t.clock.advance(23 * 3_600_000)
    expect((await t.easel.imagine({ prompt: 'a day later', count: 3 }, t.caller())).kind).toBe('accepted')
    await t.settled()
  })

  test('is not used up by what failed or was cancelled before it began', async () => {
    t.workers.mode = 'by-hand'
    const { person } = t.caller()
    const failing = await t.ask('failing')
    const waiting = await t.ask('waiting')
    await t.until(() => t.workers.underway.length === 1)
    await t.easel.act({ kind: 'cancel', jobId: waiting.id }, t.caller())
    t.workers.current.fail(new AppError('model-file', { file: 'unet', problem: { what: 'missing' } }))
    await t.until(() => t.find(failing.id)?.state === 'failed')
    expect(t.easel.usage(person).left).toBe(4)
  })
})

describe('the queue', () => {
  test('is bounded, for each person and in all', async () => {
    await t.dispose()
    t = await buildTestEasel({
      devices: [new FakeWorkers({ mode: 'by-hand' })],
      config: { limits: { maxQueuedPerPerson: 2, maxQueued: 3 } },
    })
    await t.ask('running')
    await t.until(() => t.workers.underway.length === 1)
    await t.ask('1')
    await t.ask('2')
    expect(await t.easel.imagine({ prompt: '3' }, t.caller())).toMatchObject({
      problems: [{ code: 'queue-full', details: { limit: 2 } }],
    })
    await t.ask('3', t.callerNamed('ben'))
    expect(await t.easel.imagine({ prompt: '4' }, t.callerNamed('cy'))).toMatchObject({
      problems: [{ code: 'queue-full', details: { limit: 3 } }],
    })
    expect(t.queue().map(({ promptAsTyped }) => promptAsTyped)).toEqual(['running', '3', '1', '2'])
    expect(
      t.easel.ownQueue(t.callerNamed('ben').person, 10).jobs.map(({ promptAsTyped }) => promptAsTyped),
    ).toEqual(['3'])
  })
})

describe('stats', () => {
  test('come from the jobs’ own records', async () => {
    await t.dispose()
    t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
    const fromMs = t.clock.now()
    for (const [who, waitMs, runMs] of [
      ['ada', 0, 1000],
      ['ada', 0, 2000],
      ['ben', 0, 3000],
    ] as const) {
      await t.ask('a circle', t.callerNamed(who))
      await t.until(() => t.workers.underway.length === 1)
      t.clock.advance(waitMs + runMs)
      t.workers.current.finish()
      await t.settled()
    }
    const failing = await t.ask('failing', t.callerNamed('ben'))
    const waiting = await t.ask('cancelled', t.callerNamed('ben'))
    await t.until(() => t.workers.underway.length === 1)
    await t.easel.act({ kind: 'cancel', jobId: waiting.id }, t.callerNamed('ben'))
    t.workers.current.fail(new AppError('model-file', { file: 'unet', problem: { what: 'missing' } }))
    await t.settled()
    await t.easel.act({ kind: 'delete', jobId: failing.id }, t.callerNamed('ben'))

    const outcome = t.easel.stats({ fromMs, toMs: fromMs + 24_000 }, t.caller({ rights: admin }))
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

  test('count every job under its model or under the upscales', async () => {
    const painted = await t.paint('a circle')
    const pictureId = painted.pictures[0]?.id ?? ''
    await t.easel.act({ kind: 'upscale', pictureId, factor: 2 }, t.caller())
    await t.settled()
    const outcome = t.easel.stats({ fromMs: 0, toMs: t.clock.now() + 1 }, t.caller({ rights: admin }))
    expect(outcome).toMatchObject({
      stats: {
        jobs: 2,
        byModel: [{ name: 'demo', jobs: 1, pictures: 1 }],
        upscales: { jobs: 1, pictures: 1, failures: 0 },
      },
    })
  })

  test('are for admins: of the space, or those whom the configuration names', async () => {
    await t.dispose()
    t = await buildTestEasel({ config: { admins: ['web:web:root', 'discord:*:U9'] } })
    await t.paint('here')
    const elsewhere = { platform: 'discord' as const, spaceId: 'G1', userId: 'U1', name: 'Dee' }
    const conversation = {
      platform: 'discord' as const,
      spaceId: 'G1',
      channelId: 'C1',
      kind: 'channel' as const,
      audience: 'space' as const,
    }
    await t.ask('there', t.caller({ person: elsewhere, conversation }))
    await t.until(() => t.queue().length === 0)
    const period = { fromMs: 0, toMs: t.clock.now() + 1 }
    const jobsSeen = (caller: ReturnType<TestEasel['caller']>) => {
      const outcome = t.easel.stats(period, caller)
      return outcome.kind === 'stats' ? outcome.stats.jobs : outcome.problems
    }
    const refusedAs = (name: string) => [{ code: 'admins-only', details: { name } }]
    expect(jobsSeen(t.caller())).toEqual(refusedAs('web:web:ada'))
    expect(jobsSeen(t.caller({ rights: moderator }))).toEqual(refusedAs('web:web:ada'))
    expect(jobsSeen(t.caller({ rights: admin }))).toBe(1)
    expect(jobsSeen(t.callerNamed('root'))).toBe(2)
    const anywhere = { ...elsewhere, spaceId: 'direct', userId: 'U9' }
    expect(jobsSeen(t.caller({ person: anywhere }))).toBe(2)
    expect(jobsSeen(t.callerNamed('U9'))).toEqual(refusedAs('web:web:U9'))
  })
})
