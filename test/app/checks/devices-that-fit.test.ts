/** A job is accepted if a device that is there can hold it, here or on another machine, and only such a device gets it. */
import { expect, onTestFinished, test } from 'vitest'
import type { JobView } from '../../../src/app/views/views.ts'
import type { DeviceMemory } from '../../../src/engine/jobs/job-fit.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, demoModel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { alikeEverywhere } from '../../helpers/models/full-size.ts'

const gb = 1e9
const need = alikeEverywhere({ openingBytes: 0, weightBytes: 0, bytesPerPixel: 100_000 })
/** 1.6 GB at its own 128 px, 6.6 GB at 256 px. */
const model: ModelRecord = { ...demoModel, needs: [need] }
const large = { widthPx: 256, heightPx: 256 }
const redis = { url: 'redis://127.0.0.1:1', allowedWithoutTls: [], caFile: '', prefix: 'easel', weight: 1 }

const smallCpu = { name: 'cpu', memoryKind: 'cpu', memoryBytes: 4 * gb } as const
const card = { name: 'cuda:0', memoryKind: 'float16', memoryBytes: 24 * gb } as const

/** Workers that do what the test says, and how the pool opens them. */
function device(memory: DeviceMemory, holdings: readonly string[] = [model.hash]) {
  const workers = new FakeWorkers({ device: memory.name, mode: 'by-hand' })
  const { openHost } = workers
  const isJoined = memory.name.includes('/')
  return { workers, openers: { ...memory, ...(isJoined && { holdings: new Set(holdings) }), openHost } }
}

type TestDevice = ReturnType<typeof device>

async function serve(local: readonly TestDevice[], url = redis.url): Promise<TestEasel> {
  const t = await buildTestEasel({
    models: [model],
    config: { redis: { ...redis, url } },
    devices: local.map(({ workers }) => workers),
    parts: { devices: local.map(({ openers }) => openers) },
  })
  onTestFinished(() => t.dispose())
  return t
}

async function askLarge(t: TestEasel) {
  const outcome = await t.easel.imagine({ prompt: 'a red circle', size: large }, t.caller())
  const [job] = outcome.kind === 'accepted' ? outcome.jobs : []
  return { id: job?.id ?? '', problems: outcome.kind === 'refused' ? outcome.problems : [] }
}

const has = (one: TestDevice) => () => one.workers.underway.length > 0

test('what fits the card alone waits for the card, and what fits the small CPU too passes', async () => {
  const [onCpu, onCard] = [device(smallCpu), device(card)]
  const t = await serve([onCpu, onCard])
  const first = await askLarge(t)
  await t.until(has(onCard))
  const second = await askLarge(t)
  const small = await t.ask('a red circle')
  await t.until(has(onCpu))
  expect(onCpu.workers.current.order).toMatchObject({ widthPx: 128 })
  expect([t.job(second.id).state, t.job(small.id).state]).toEqual(['queued', 'running'])
  onCpu.workers.current.finish()
  await t.until(() => t.job(small.id).state === 'done')
  onCard.workers.current.finish()
  await t.until(() => t.job(first.id).state === 'done' && has(onCard)())
  expect(onCpu.workers.runs).toHaveLength(1)
  onCard.workers.current.finish()
  await t.until(() => t.job(second.id).state === 'done')
})

test('what ran out of the memory of the card is tried there again, and not on a CPU that cannot hold it', async () => {
  const [onCpu, onCard] = [device(smallCpu), device(card)]
  const t = await serve([onCpu, onCard])
  const { id } = await askLarge(t)
  await t.until(has(onCard))
  onCard.workers.current.fail(new AppError('out-of-memory', { device: card.name }))
  await t.until(() => t.job(id).state === 'queued')
  t.clock.advance(4000)
  await t.until(has(onCard))
  expect(onCpu.workers.runs).toHaveLength(0)
  onCard.workers.current.finish()
  await t.settled()
  expect(t.job(id)).toMatchObject({ state: 'done', device: card.name })
})

test('a joined card counts before acceptance, and the small CPU of the gateway gets none of its jobs', async () => {
  const onCpu = device(smallCpu)
  const t = await serve([onCpu])
  expect((await askLarge(t)).problems).toEqual([
    {
      code: 'memory-too-small',
      details: { device: 'cpu', neededBytes: 100_000 * 256 ** 2, budgetBytes: 4 * gb },
    },
  ])
  const joined = device({ ...card, name: 'm1/cuda:0' })
  t.built.pool.addDevice(joined.openers)
  const { id } = await askLarge(t)
  await t.until(has(joined))
  expect(onCpu.workers.runs).toHaveLength(0)
  joined.workers.current.finish()
  await t.settled()
  expect(t.job(id).device).toBe('m1/cuda:0')
})

test('a gateway without devices refuses what no joined device can hold, and accepts all while there is none', async () => {
  const t = await serve([])
  expect((await askLarge(t)).problems).toEqual([])
  t.built.pool.addDevice(device({ ...smallCpu, name: 'm1/cpu' }).openers)
  expect((await askLarge(t)).problems).toMatchObject([{ details: { device: 'm1/cpu' } }])
})

test('a joined card without the model does not count, and one of which nothing is known takes everything', async () => {
  const t = await serve([device(smallCpu)])
  t.built.pool.addDevice(device({ ...card, name: 'm1/cuda:0' }, ['another']).openers)
  expect((await askLarge(t)).problems).toMatchObject([{ details: { device: 'cpu' } }])
  const old = device({ name: 'm2/cuda:0' })
  t.built.pool.addDevice(old.openers)
  const { id } = await askLarge(t)
  await t.until(has(old))
  old.workers.current.finish()
  await t.settled()
  expect(t.job(id).device).toBe('m2/cuda:0')
})

test('a job waits when the only device that can hold it has left, also after a restart, and is painted when it is back', async () => {
  const onCpu = device(smallCpu)
  const t = await serve([onCpu])
  const before = device({ ...card, name: 'm1/cuda:0' })
  t.built.pool.addDevice(before.openers)
  const { id } = await askLarge(t)
  await t.until(has(before))
  const left = t.built.pool.removeDevice('m1/cuda:0')
  before.workers.current.fail(
    new AppError('worker-unreachable', { device: 'm1/cuda:0', reason: 'connection-lost' }),
  )
  await left
  await t.until(() => t.job(id).state === 'queued')
  await t.built.stop(0)
  await t.restart()
  // A later job of the same person is painted meanwhile.
  const small = await t.ask('a red circle')
  await t.until(has(onCpu))
  onCpu.workers.current.finish()
  await t.until(() => t.job(small.id).state === 'done')
  expect(t.job(id).state).toBe('queued')
  const again = device({ ...card, name: 'm1/cuda:0' })
  t.built.pool.addDevice(again.openers)
  await t.until(has(again))
  again.workers.current.finish()
  await t.settled()
  expect(t.job(id)).toMatchObject({ state: 'done', device: 'm1/cuda:0' })
  expect(onCpu.workers.runs).toHaveLength(1)
})

test('who waits for a device that is not there or paused is told so, and that it is there again', async () => {
  const onCpu = device(smallCpu)
  const t = await serve([onCpu])
  const join = () => {
    const joined = device({ ...card, name: 'm1/cuda:0' })
    t.built.pool.addDevice(joined.openers)
    return joined
  }
  const before = join()
  const painted = await askLarge(t)
  await t.until(has(before))
  const [waiting, small] = [await askLarge(t), await t.ask('a red circle')]
  await t.until(has(onCpu))
  const behind = await t.ask('another red circle')
  t.clock.advance(1000)
  const seen: JobView['heldUp'][] = []
  t.easel.watch(t.caller(), job => {
    if (job.id === waiting.id && job.heldUp !== seen.at(-1)) seen.push(job.heldUp)
    if (job.id === behind.id || job.id === small.id) expect(job.heldUp).toBeUndefined()
  })
  expect(t.job(waiting.id)).toMatchObject({ state: 'queued', place: 1 })
  expect(t.job(waiting.id).heldUp).toBeUndefined()

  const left = t.built.pool.removeDevice('m1/cuda:0')
  expect(t.job(waiting.id)).toMatchObject({ place: 1, heldUp: 'no-device' })
  t.clock.advance(1000)
  expect(seen).toEqual(['no-device'])
  await t.built.delivered()
  expect(t.courier.messages.get(waiting.id)?.job.heldUp).toBe('no-device')
  before.workers.current.finish()
  await left
  await t.until(() => t.job(painted.id).state === 'done')
  await t.built.db.write(() => t.built.db.paused.add('m1/cuda:0', t.clock.now()))
  t.clock.advance(2000)
  const again = join()
  t.clock.advance(1000)
  expect(t.job(waiting.id).heldUp).toBe('no-device')
  await t.built.db.write(() => t.built.db.paused.remove('m1/cuda:0'))
  t.clock.advance(2000)
  await t.until(has(again))
  expect(t.job(waiting.id)).toMatchObject({ state: 'running' })
  expect(seen).toEqual(['no-device', undefined])
  for (const { workers } of [onCpu, again]) {
    workers.mode = 'at-once'
    workers.current.finish()
  }
  await t.settled()
})

test('where no machine can join, a job that fits no more after a restart fails with the reason instead of waiting for ever', async () => {
  const onCpu = device({ ...smallCpu, memoryBytes: 8 * gb })
  const t = await serve([onCpu], '')
  const { id } = await askLarge(t)
  await t.until(has(onCpu))
  t.crash()
  const less = device(smallCpu)
  Object.assign(t.options, { parts: { devices: [less.openers] } })
  await t.restart()
  await t.until(has(less))
  const details = { device: 'cpu', neededBytes: 6.6 * gb, budgetBytes: 4 * gb }
  less.workers.current.fail(new AppError('memory-too-small', details))
  await t.settled()
  expect(t.job(id).failure?.code).toBe('memory-too-small')
})
