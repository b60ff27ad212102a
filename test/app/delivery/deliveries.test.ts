import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeCourier } from '../../fakes/fake-courier.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

const busy = (retryAfterMs: number) => new AppError('platform-busy', { platform: 'web', retryAfterMs })
const offline = new AppError('platform-unreachable', { platform: 'web' })

describe('the outbox', () => {
  let t: TestEasel
  beforeEach(async () => {
    t = await buildTestEasel()
  })
  afterEach(() => t.dispose())

  test.each(['open', 'settle'] as const)(
    'is drained after a crash before and after %s, and each job is posted once',
    async kind => {
      for (const fault of ['failBefore', 'failAfter'] as const) {
        t.courier[fault] = call => (call.kind === kind ? offline : undefined)
        const { id } = await t.ask(`crash ${fault} ${kind}`)
        await t.until(() => t.find(id)?.state === 'done')
        await t.built.delivered()
        expect(t.courier.messages.get(id)?.job.state === 'done').toBe(
          kind === 'settle' && fault === 'failAfter',
        )

        t.crash()
        t.courier[fault] = () => undefined
        await t.restart()
        await t.settled()
        expect(t.courier.messages.get(id)).toMatchObject({ posts: 1, job: { state: 'done' } })
      }
    },
  )

  test.each(['one job', 'everything of a person'])(
    'goes on with a deletion that the platform has not confirmed after a crash, and says so until then: %s',
    async what => {
      const { id, author } = await t.paint('a secret')
      t.courier.failBefore = ({ kind }) => (kind === 'withdraw' ? offline : undefined)
      if (what === 'one job') await t.easel.act({ kind: 'delete', jobId: id }, t.caller())
      else await t.easel.forget(author)
      await t.until(() => t.courier.kindsFor(id).includes('withdraw'))
      await t.built.delivered()
      t.crash()
      t.courier.failBefore = () => undefined
      expect([...t.courier.messages.keys()]).toEqual([id])
      t.rebuild()
      expect(await t.easel.deletionStatus([id], 0)).toEqual({ underway: 1, kept: [] })
      await t.start()
      await t.settled()
      expect([...t.courier.messages.keys()]).toEqual([])
      expect(await t.easel.deletionStatus([id], 0)).toEqual({ underway: 0, kept: [] })
    },
  )

  test('is drained in order for each job, despite failures', async () => {
    let calls = 0
    t.courier.failAfter = () => {
      calls += 1
      return calls % 2 === 1 ? offline : undefined
    }
    const { id } = await t.ask('a red circle')
    await t.until(() => t.find(id)?.state === 'done')
    while (t.built.db.outbox.pending().length > 0) {
      await t.built.delivered()
      t.clock.advance(1000)
    }
    expect(t.courier.kindsFor(id)).toEqual(['open', 'open', 'settle', 'settle'])
  })

  test('waits as long as the platform says, and not a moment less', async () => {
    let busy = true
    t.courier.failBefore = () =>
      busy ? new AppError('platform-busy', { platform: 'web', retryAfterMs: 30_000 }) : undefined
    const { id } = await t.ask('a red circle')
    await t.until(() => t.find(id)?.state === 'done')
    await t.built.delivered()
    busy = false
    t.clock.advance(29_999)
    await t.built.delivered()
    expect(t.courier.kindsFor(id)).toEqual(['open'])
    t.clock.advance(1)
    await t.settled()
    expect(t.courier.kindsFor(id)).toEqual(['open', 'open', 'settle'])
  })

  test('pauses ever longer, up to five minutes, when a platform does not answer', async () => {
    t.courier.failBefore = () => offline
    const { id } = await t.ask('a red circle')
    await t.until(() => t.find(id)?.state === 'done')
    for (let i = 0; i < 12; i++) {
      await t.built.delivered()
      t.clock.advance(300_000)
    }
    await t.built.delivered()
    const pauses = t.log.faults.flatMap(({ fields }) => ('pauseMs' in fields ? Number(fields.pauseMs) : []))
    expect(pauses.length).toBeGreaterThan(10)
    for (const [i, pauseMs] of pauses.entries()) {
      expect(pauseMs).toBeLessThanOrEqual(Math.min(300_000, 1000 * 2 ** i))
      expect(pauseMs).toBeGreaterThanOrEqual(Math.min(300_000, 1000 * 2 ** i) / 2)
    }
  })

  test('tries the next method after any refusal', async () => {
    t.courier.resultNames = ['edit', 'thread', 'direct']
    t.courier.refuse = call =>
      call.method === 'edit' || call.method === 'thread'
        ? { kind: 'closed', reason: 'unknown', code: '99999' }
        : undefined
    const job = await t.paint('a red circle')
    expect(t.courier.kindsFor(job.id)).toEqual(['open', 'settle', 'thread', 'direct'])
    expect(t.courier.messages.get(job.id)?.job.state).toBe('done')
    expect(t.courier.closed.get(job.id)).toMatchObject({ kind: 'arrived', method: 'direct' })
    expect(t.log.faults).toEqual([])
  })

  test('takes the next method also where one fails again and again, and logs that', async () => {
    t.courier.resultNames = ['edit', 'direct']
    t.courier.failBefore = call => (call.method === 'edit' ? new TypeError('a defect') : undefined)
    const { id } = await t.ask('a red circle')
    await t.until(() => t.find(id)?.state === 'done')
    while (t.built.db.outbox.pending().length > 0) {
      await t.built.delivered()
      t.clock.advance(1000)
    }
    expect(t.courier.kindsFor(id)).toEqual(['open', 'settle', 'settle', 'settle', 'settle', 'direct'])
    expect(t.log.faults.at(-1)).toMatchObject({ message: 'a method of delivery failed' })
  })

  test('never takes a closed method again, not after a crash either', async () => {
    t.courier.resultNames = ['edit', 'direct']
    t.courier.refuse = call =>
      call.method === 'edit' ? { kind: 'closed', reason: 'content', code: '200000' } : undefined
    t.courier.failBefore = call => (call.method === 'direct' ? busy(5000) : undefined)
    const { id } = await t.ask('a red circle')
    await t.until(() => t.courier.calls.some(({ method }) => method === 'direct'))
    await t.built.delivered()
    t.crash()
    t.courier.failBefore = () => undefined
    await t.restart()
    await t.settled()
    expect(t.courier.kindsFor(id)).toEqual(['open', 'settle', 'direct', 'direct'])
  })

  test('waits where a method takes its time, as long as that says, and then goes on with it', async () => {
    let waits = 2
    t.courier.later = call => {
      if (call.kind !== 'settle' || waits === 0) return undefined
      waits -= 1
      return 1500
    }
    const { id } = await t.ask('a red circle')
    await t.until(() => t.find(id)?.state === 'done')
    await t.built.delivered()
    t.clock.advance(1499)
    await t.built.delivered()
    expect(t.courier.kindsFor(id)).toEqual(['open', 'settle'])
    t.clock.advance(1)
    await t.built.delivered()
    t.clock.advance(1500)
    await t.settled()
    expect(t.courier.kindsFor(id)).toEqual(['open', 'settle', 'settle', 'settle'])
    expect(t.log.faults).toEqual([])
  })

  test('ends where every method is closed: written down, logged, and the picture is still here', async () => {
    t.courier.resultNames = ['edit', 'direct']
    t.courier.refuse = call =>
      call.kind === 'settle' ? { kind: 'closed', reason: 'forbidden', code: '50013' } : undefined
    const job = await t.paint('a red circle')
    const refusals = [
      { what: 'edit', reason: 'forbidden', code: '50013' },
      { what: 'direct', reason: 'forbidden', code: '50013' },
    ]
    expect(t.built.db.deliveries.get(job.id)).toMatchObject({ end: 'undeliverable', refusals })
    expect(t.courier.closed.get(job.id)).toEqual({ kind: 'undeliverable', refusals })
    expect(t.log.faults).toEqual([
      expect.objectContaining({
        message: 'a result could not be delivered',
        fields: expect.objectContaining({ jobId: job.id, refusals }),
      }),
    ])
    expect(t.job(job.id).pictures).toHaveLength(1)
  })

  test('ends, and is not tried for ever, where a platform gives no answer for days', async () => {
    t.courier.failBefore = call => (call.kind === 'settle' ? busy(3_600_000) : undefined)
    const { id } = await t.ask('a red circle')
    await t.until(() => t.find(id)?.state === 'done')
    for (let hours = 0; hours < 74; hours++) {
      await t.built.delivered()
      t.clock.advance(3_600_000)
    }
    await t.settled()
    expect(t.built.db.deliveries.get(id)).toMatchObject({
      end: 'undeliverable',
      refusals: [{ what: 'edit', reason: 'silent' }],
    })
  })

  test('of a platform that is off waits until it is on', async () => {
    const { id } = await t.ask(
      'a red circle',
      t.caller({
        person: { platform: 'slack', spaceId: 'T1', userId: 'U1', name: 'Ada' },
        conversation: {
          platform: 'slack',
          spaceId: 'T1',
          channelId: 'C1',
          kind: 'channel',
          audience: 'space',
        },
      }),
    )
    await t.until(() => t.find(id)?.state === 'done')
    const slack = new FakeCourier('slack')
    t.built.register(slack)
    await t.settled()
    expect(slack.kindsFor(id)).toEqual(['open', 'settle'])
  })
})

describe('progress', () => {
  let t: TestEasel
  beforeEach(async () => {
    t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
  })
  afterEach(() => t.dispose())

  test('is shown at the pace of the courier, the newest only, and never after the result', async () => {
    const { id } = await t.ask('a red circle')
    await t.until(() => t.workers.underway.length === 1)
    await t.built.delivered()
    const run = t.workers.current
    for (let i = 0; i < 10; i++) {
      run.step(1, Uint8Array.of(i))
      t.clock.advance(500)
      await t.built.delivered()
    }
    const shown = t.courier.calls.filter(call => call.kind === 'progress')
    // Ten steps in five seconds, an edit each two seconds.
    expect(shown.length).toBeGreaterThanOrEqual(2)
    expect(shown.length).toBeLessThanOrEqual(3)
    expect(shown.at(-1)?.job.step).toBeGreaterThan(shown[0]?.job.step ?? 0)
    expect(shown[0]?.job.preview).toBeDefined()

    run.step(run.steps - 10)
    run.finish()
    await t.settled()
    t.clock.advance(60_000)
    await t.built.delivered()
    expect(t.courier.kindsFor(id).at(-1)).toBe('settle')
  })

  test('shows the position near the front, and each time it has halved', async () => {
    const ids: string[] = []
    for (let i = 0; i < 33; i++) ids.push((await t.ask(`job ${i}`)).id)
    const last = ids.at(-1) ?? ''
    await t.built.delivered()
    const places: (number | undefined)[] = []
    for (let i = 0; i < 32; i++) {
      await t.until(() => t.workers.underway.length === 1)
      t.workers.current.finish()
      await t.until(() => t.find(ids[i] ?? '')?.state === 'done')
      t.clock.advance(5000)
      await t.built.delivered()
      const message = t.courier.messages.get(last)
      if (places.at(-1) !== message?.job.place) places.push(message?.job.place)
    }
    expect(places.slice(0, 7)).toEqual([32, 16, 8, 5, 4, 3, 2])
  })

  test('refused by a platform does not affect the job', async () => {
    t.courier.failBefore = call => (call.kind === 'progress' ? offline : undefined)
    const { id } = await t.ask('a red circle')
    await t.until(() => t.workers.underway.length === 1)
    await t.built.delivered()
    t.clock.advance(5000)
    t.workers.current.step()
    await t.built.delivered()
    t.workers.current.finish()
    await t.settled()
    expect(t.courier.messages.get(id)?.job.state).toBe('done')
  })
})
