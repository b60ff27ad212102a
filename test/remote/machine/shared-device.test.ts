/** One device for two gateways, message by message: the worker is a fake that does what the test says. */
import { expect, test } from 'vitest'
import type { WorkerEnd } from '../../../src/engine/host/channel-host.ts'
import { type MessageToWorker, protocolVersion } from '../../../src/engine/host/protocol.ts'
import type { ErrorCode } from '../../../src/errors/errors.ts'
import type { DeviceClient } from '../../../src/remote/machine/device-client.ts'
import { SharedDevice } from '../../../src/remote/machine/shared-device.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const ready = { kind: 'ready', protocol: protocolVersion, device: 'a fixture' }

/** A worker in the hands of the test. */
class HandWorker {
  readonly posted: MessageToWorker[] = []
  receive: (message: unknown) => void = () => {}
  end: (end: WorkerEnd) => void = () => {}
  readonly channel = {
    post: (message: MessageToWorker) => void this.posted.push(message),
    onMessage: (callback: (message: unknown) => void) => {
      this.receive = callback
    },
    ended: new Promise<WorkerEnd>(resolve => {
      this.end = resolve
    }),
    kill: () => this.end({ reason: 'SIGKILL', byOthers: true }),
  }

  get runs() {
    return this.posted.filter(message => message.kind === 'run')
  }

  /** Ends the run that it was given last. */
  finish(message: Record<string, unknown> = { kind: 'done', pictures: [], timings: {} }): void {
    this.receive({ ...message, runId: this.runs.at(-1)?.runId })
  }
}

function share(weights: Record<string, number> = {}) {
  const clock = new FakeClock()
  const workers: HandWorker[] = []
  const device = new SharedDevice({
    device: {
      name: 'cuda:0',
      open: setup => {
        const worker = new HandWorker()
        workers.push(worker)
        return { channel: worker.channel, setup }
      },
    },
    clock,
    reservationMs: 1000,
    weightOf: gateway => weights[gateway] ?? 1,
  })
  return { clock, workers, device }
}

type Shared = ReturnType<typeof share>

class TestClient implements DeviceClient {
  readonly gateway: string
  readonly told: unknown[] = []
  end: WorkerEnd | undefined
  readonly #device: SharedDevice

  constructor({ device }: Shared, gateway: string) {
    this.gateway = gateway
    this.#device = device
    device.attach(this)
  }

  post(message: MessageToWorker): void {
    this.#device.post(this, message)
  }

  start(): this {
    this.post({ kind: 'start', protocol: protocolVersion, setup: this.gateway })
    return this
  }

  run(runId: number): void {
    const order = { ...aPaintOrder(), prompt: { positive: this.gateway, negative: null, clipSkip: 0 } }
    this.post({ kind: 'run', runId, order, sources: {}, lowMemoryLevel: 0 })
  }

  onMessage(message: unknown): void {
    this.told.push(message)
  }

  onEnded(end: WorkerEnd): void {
    this.end = end
  }
}

/** Two gateways whose worker is ready. */
function both(weights?: Record<string, number>) {
  const shared = share(weights)
  const a = new TestClient(shared, 'a').start()
  shared.workers[0]?.receive(ready)
  const b = new TestClient(shared, 'b').start()
  const worker = shared.workers[0]
  if (!worker) throw new Error('no worker')
  return { ...shared, a, b, worker }
}

const promptsOf = (worker: HandWorker | undefined) =>
  worker?.runs.map(({ order }) => (order.kind === 'upscale' ? '' : order.prompt.positive))

test('two gateways have one worker, whose runs alternate, and each hears of its own runs alone', () => {
  const { a, b, worker, workers } = both()
  a.run(1)
  b.run(1)
  expect(promptsOf(worker)).toEqual(['a'])
  worker.receive({ kind: 'step', runId: 1, step: 1, steps: 2 })
  worker.finish()
  a.run(2)
  worker.finish({ kind: 'done', pictures: ['of b'], timings: {} })
  expect(promptsOf(worker)).toEqual(['a', 'b', 'a'])
  const done = { kind: 'done', timings: {} }
  expect(a.told).toEqual([
    ready,
    { kind: 'step', runId: 1, step: 1, steps: 2 },
    { ...done, runId: 1, pictures: [] },
  ])
  expect(b.told).toEqual([ready, { ...done, runId: 1, pictures: ['of b'] }])
  expect(workers).toHaveLength(1)
})

test('a gateway with the greater weight keeps its turn for the second in which its next run arrives', () => {
  const { a, b, worker, clock } = both({ a: 3 })
  const finish = () => {
    clock.advance(3000)
    worker.finish()
  }
  b.run(1)
  a.run(1)
  finish()
  for (let runId = 2; runId <= 3; runId++) {
    b.run(2)
    finish()
    expect(promptsOf(worker)?.at(-1)).toBe('a')
    a.run(runId)
  }
  finish()
  // It has had its share.
  expect(promptsOf(worker)).toEqual(['b', 'a', 'a', 'a', 'b'])
})

test('a turn that is kept passes on after a second', () => {
  const { a, b, worker, clock } = both({ a: 3 })
  b.run(1)
  a.run(1)
  clock.advance(3000)
  worker.finish()
  b.run(2)
  clock.advance(3000)
  worker.finish()
  expect(promptsOf(worker)).toEqual(['b', 'a'])
  clock.advance(1000)
  expect(promptsOf(worker)).toEqual(['b', 'a', 'b'])
})

test('a run that waits is cancelled at once, and is told every minute that it still waits', () => {
  const { a, b, clock, worker } = both()
  a.run(1)
  b.run(7)
  clock.advance(120_000)
  expect(b.told).toEqual([ready, { kind: 'waiting', runId: 7 }, { kind: 'waiting', runId: 7 }])
  b.post({ kind: 'cancel', runId: 7 })
  expect(b.told.at(-1)).toEqual({ kind: 'cancelled', runId: 7 })
  worker.finish()
  clock.advance(120_000)
  expect(b.told).toHaveLength(4)
  expect(promptsOf(worker)).toEqual(['a'])
})

test.each(['drop', 'kill'] as const)('a %s of one gateway does not end what another one’s run does', how => {
  const { a, b, device, worker } = both()
  a.run(1)
  b.run(1)
  device[how](b)
  expect(b.end).toEqual({ reason: 'SIGKILL', byOthers: true })
  worker.finish()
  expect(a.told.at(-1)).toMatchObject({ kind: 'done' })
  expect(promptsOf(worker)).toEqual(['a'])
})

test('a worker that dies takes the run along that it did; the others get the next worker', async () => {
  const shared = both()
  const { a, b, worker, workers } = shared
  const c = new TestClient(shared, 'c').start()
  a.run(1)
  b.run(1)
  worker.end({ reason: 'SIGSEGV', byOthers: false })
  await worker.channel.ended
  expect(a.end).toEqual({ reason: 'SIGSEGV', byOthers: false })
  expect(b.end).toBeUndefined()
  expect(c.end).toBeUndefined()
  workers[1]?.receive(ready)
  expect(promptsOf(workers[1])).toEqual(['b'])
  workers[1]?.finish()
  expect(b.told.at(-1)).toMatchObject({ kind: 'done', runId: 1 })
})

test('a gateway that is gone leaves the worker to the others, and one that finds that it hangs ends it', async () => {
  const shared = both()
  const { a, b, device, worker, workers } = shared
  const c = new TestClient(shared, 'c').start()
  device.drop(a)
  expect(a.end).toEqual({ reason: 'SIGKILL', byOthers: true })
  device.kill(b)
  await worker.channel.ended
  expect(b.end).toEqual({ reason: 'SIGKILL', byOthers: true })
  c.run(1)
  workers[1]?.receive(ready)
  expect(promptsOf(worker)).toEqual([])
  expect(promptsOf(workers[1])).toEqual(['c'])
})

test.each(['drop', 'kill'] as const)('a %s frees the device for the other gateway', async how => {
  const { a, b, device, worker, workers } = both()
  a.run(1)
  b.run(1)
  device[how](a)
  await worker.channel.ended
  workers[1]?.receive(ready)
  expect(promptsOf(workers[1])).toEqual(['b'])
})

test('a worker that does not come up is told to everybody who waits for it', async () => {
  const shared = share()
  const a = new TestClient(shared, 'a').start()
  const b = new TestClient(shared, 'b').start()
  shared.workers[0]?.end({ reason: 'exit code 4', byOthers: false })
  await shared.workers[0]?.channel.ended
  expect([a.end, b.end]).toEqual(Array(2).fill({ reason: 'exit code 4', byOthers: false }))
  expect(shared.workers).toHaveLength(1)
})

test.each<ErrorCode>(['out-of-memory', 'device-failed'])(
  'after %s the other gateway’s run gets a new worker',
  async code => {
    const { a, b, worker, workers } = both()
    a.run(1)
    b.run(1)
    worker.finish({ kind: 'failed', fault: { code, details: {} } })
    expect(a.told.at(-1)).toMatchObject({ kind: 'failed', runId: 1, fault: { code } })
    expect(worker.posted.at(-1)).toEqual({ kind: 'stop' })
    worker.end({ reason: 'exit code 0', byOthers: false })
    await worker.channel.ended
    workers[1]?.receive(ready)
    expect(promptsOf(workers[1])).toEqual(['b'])
  },
)

test('the worker ends with the last gateway that leaves, and not before', async () => {
  const { a, b, worker, workers } = both()
  b.run(1)
  a.post({ kind: 'stop' })
  expect(a.end).toEqual({ reason: 'exit code 0', byOthers: false })
  expect(worker.posted.at(-1)?.kind).toBe('run')
  worker.finish()
  b.post({ kind: 'stop' })
  expect(worker.posted.at(-1)).toEqual({ kind: 'stop' })
  worker.end({ reason: 'exit code 0', byOthers: false })
  await worker.channel.ended
  expect(b.end).toEqual({ reason: 'exit code 0', byOthers: false })
  expect(workers).toHaveLength(1)
})
