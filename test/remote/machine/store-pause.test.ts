/** A channel whose gateway says that the store has lost a result: for how long its results go through Redis. */
import { expect, onTestFinished, test } from 'vitest'
import { protocolVersion } from '../../../src/engine/host/protocol.ts'
import { AppError } from '../../../src/errors/errors.ts'
import { SharedDevice } from '../../../src/remote/machine/shared-device.ts'
import { WorkerRelay } from '../../../src/remote/machine/worker-relay.ts'
import { BatchSender } from '../../../src/remote/messages/batch-sender.ts'
import { envelopeToGateway } from '../../../src/remote/messages/envelopes.ts'
import { RemoteLink } from '../../../src/remote/messages/remote-link.ts'
import { open } from '../../../src/remote/seal/seal.ts'
import { readSealingKeys } from '../../../src/remote/seal/sealing-keys.ts'
import { StorePause } from '../../../src/remote/store/store-pause.ts'
import { StoredMessages } from '../../../src/remote/store/stored-messages.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { Signal, testKey } from '../../helpers/remote/remote-pair.ts'
import { simulatedDevice } from '../../helpers/simulated-device.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const keys = readSealingKeys({ workerKey: testKey() })
const pauseMs = 300_000
const ends = { sender: 'machine', receiver: 'gateway', session: 's' }

const fail = (error: unknown) => {
  throw error
}

/** Both ends of a channel; what one of them posts, the other one has at once. */
function channel(clock: FakeClock) {
  const links = new Map<string, RemoteLink>()
  const link = (ownId: string, peerId: string, onMessage: (message: unknown) => void): RemoteLink => {
    const post = async (sealed: readonly Uint8Array[]) => {
      for (const bytes of sealed) {
        const opened = open(keys, bytes)
        if (opened.kind === 'opened') links.get(peerId)?.receive(opened.header.sequence, opened.plain)
      }
    }
    const batches = new BatchSender({ clock, post, onError: fail })
    const made = new RemoteLink({
      keys,
      clock,
      ownId,
      peerId,
      session: 's',
      batches,
      onMessage,
      onLost: fail,
    })
    links.set(ownId, made)
    return made
  }
  return link
}

/** A machine's side of a channel over that store, and how its results travel. */
function openRelay({
  clock,
  put,
  storePause,
}: {
  clock: FakeClock
  put: () => Promise<void>
  storePause: StorePause
}) {
  const link = channel(clock)
  const ways = new Signal<string[]>([])
  const gateway = link('gateway', 'machine', raw => {
    const envelope = envelopeToGateway.parse(raw)
    const isDone =
      envelope.kind === 'message' && JSON.stringify(envelope.message).startsWith('{"kind":"done"')
    if (envelope.kind === 'stored') ways.set([...ways.value, 'store'])
    if (isDone) ways.set([...ways.value, 'Redis'])
  })
  const lent = simulatedDevice('d0', { stepMs: 0, contentOf: () => new Uint8Array(8) })
  const device = new SharedDevice({ device: lent, clock, weightOf: () => 1, reservationMs: 0 })
  const store = { id: 's3', host: 's3', put, get: fail, delete: async () => {} }
  const stored = new StoredMessages({ store, prefix: 'easel', keys, ...ends })
  const relay = new WorkerRelay({
    gateway: 'gateway',
    deviceNamed: () => device,
    connect: ({ onMessage }) => link('machine', 'gateway', onMessage),
    resultStore: () => stored,
    storePause,
    clock,
  })
  const send = (message: unknown) => gateway.send({ kind: 'message', message })
  const paint = (runId: number) => {
    send({ kind: 'run', runId, order: aPaintOrder(), sources: {} })
    return ways.until(all => all.length === runId)
  }
  onTestFinished(() => relay.kill())
  return {
    paint,
    ways,
    open(envelope: { storePauseMs?: number } = {}) {
      gateway.send({ kind: 'open', device: 'd0', ...envelope })
      send({ kind: 'start', protocol: protocolVersion, setup: null })
    },
  }
}

test('results go through Redis while the store pauses, and to the store again when the pause is over', async () => {
  const clock = new FakeClock()
  const {
    open: begin,
    paint,
    ways,
  } = openRelay({ clock, put: async () => {}, storePause: new StorePause(clock) })
  begin({ storePauseMs: pauseMs })
  await paint(1)
  clock.advance(pauseMs - 1)
  await paint(2)
  clock.advance(1)
  await paint(3)
  expect(ways.value).toEqual(['Redis', 'Redis', 'store'])
})

test('a store that takes nothing keeps one result in five minutes waiting; its fault and its return are told once', async () => {
  const clock = new FakeClock()
  const problem = { what: 'unreachable', code: 'ETIMEDOUT' } as const
  const told: unknown[] = []
  let isDown = true
  let puts = 0
  const relay = openRelay({
    clock,
    storePause: new StorePause(clock, found => told.push(found)),
    async put() {
      puts += 1
      if (isDown) throw new AppError('store', { host: 's3', problem })
    },
  })
  relay.open()
  await relay.paint(1)
  clock.advance(pauseMs - 1)
  await relay.paint(2)
  expect(puts).toBe(1)
  clock.advance(1)
  await relay.paint(3)
  expect(puts).toBe(2)
  expect(told).toEqual([problem])
  clock.advance(pauseMs)
  isDown = false
  await relay.paint(4)
  await relay.paint(5)
  expect(relay.ways.value).toEqual(['Redis', 'Redis', 'Redis', 'store', 'store'])
  expect(told).toEqual([problem, undefined])
})

test('a result that was on its way when another one failed does not report the store as usable', () => {
  const clock = new FakeClock()
  const problem = { what: 'unreachable', code: 'ETIMEDOUT' } as const
  const told: unknown[] = []
  const pause = new StorePause(clock, found => told.push(found))
  pause.fail(new AppError('store', { host: 's3', problem }))
  clock.advance(1000)
  pause.succeed()
  expect(told).toEqual([problem])
  clock.advance(pauseMs)
  pause.succeed()
  expect(told).toEqual([problem, undefined])
})
