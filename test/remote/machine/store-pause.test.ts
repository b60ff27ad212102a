/** A channel whose gateway says that the store has lost a result: for how long its results go through Redis. */
import { expect, test } from 'vitest'
import { protocolVersion } from '../../../src/engine/host/protocol.ts'
import { SharedDevice } from '../../../src/remote/machine/shared-device.ts'
import { WorkerRelay } from '../../../src/remote/machine/worker-relay.ts'
import { BatchSender } from '../../../src/remote/messages/batch-sender.ts'
import { envelopeToGateway } from '../../../src/remote/messages/envelopes.ts'
import { RemoteLink } from '../../../src/remote/messages/remote-link.ts'
import { open } from '../../../src/remote/seal/seal.ts'
import { readSealingKeys } from '../../../src/remote/seal/sealing-keys.ts'
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

test('results go through Redis while the store pauses, and to the store again when the pause is over', async () => {
  const clock = new FakeClock()
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
  const device = new SharedDevice({ device: lent, clock, weightOf: () => 1, holdMs: 0 })
  const store = { id: 's3', host: 's3', put: async () => {}, get: fail, delete: async () => {} }
  const stored = new StoredMessages({ store, prefix: 'easel', keys, ...ends })
  const relay = new WorkerRelay({
    gateway: 'gateway',
    deviceNamed: () => device,
    connect: ({ onMessage }) => link('machine', 'gateway', onMessage),
    stored: () => stored,
    clock,
    onError: fail,
  })
  const send = (message: unknown) => gateway.send({ kind: 'message', message })
  const paint = (runId: number) => {
    send({ kind: 'run', runId, order: aPaintOrder(), sources: {} })
    return ways.until(all => all.length === runId)
  }

  gateway.send({ kind: 'open', device: 'd0', storePauseMs: pauseMs })
  send({ kind: 'start', protocol: protocolVersion, setup: null })
  await paint(1)
  clock.advance(pauseMs - 1)
  await paint(2)
  clock.advance(1)
  await paint(3)
  expect(ways.value).toEqual(['Redis', 'Redis', 'store'])
  relay.kill()
})
