/** Promises of a result's memory: it is given back once the result is recorded, and nothing that is still read lies in it. */
import { expect, onTestFinished, test } from 'vitest'
import type { Channel } from '../../../src/engine/host/channel-host.ts'
import { protocolVersion } from '../../../src/engine/host/protocol.ts'
import type { Claim, Ending } from '../../../src/engine/jobs/job-store.ts'
import { Pool } from '../../../src/engine/jobs/pool.ts'
import { AppError } from '../../../src/errors/errors.ts'
import { RemoteHost } from '../../../src/remote/gateway/remote-host.ts'
import { openMemoryDiscard } from '../../../src/remote/messages/discard-memory.ts'
import { MemoryJobStore } from '../../helpers/memory-job-store.ts'
import { tinyPng } from '../../helpers/pictures/tiny-png.ts'
import { fastClock, Signal, silent } from '../../helpers/remote/remote-pair.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const sidePx = 8
const file = tinyPng(sidePx, sidePx, [1, 2, 3])

/** A large message as it is received: a preview and a picture lie in the same memory. */
function received() {
  const preview = Buffer.from('a preview')
  const memory = Buffer.concat([preview, Buffer.alloc(1_000_000), file])
  return { preview: memory.subarray(0, preview.length), bytes: memory.subarray(-file.length) }
}

/** A worker that answers a run with a step and a picture from the same memory. */
function workerOf({ preview, bytes }: { preview: Uint8Array; bytes: Uint8Array }): Channel {
  let receive: (message: unknown) => void = () => {}
  return {
    post(message) {
      if (message.kind === 'start') receive({ kind: 'ready', protocol: protocolVersion, device: 'x' })
      if (message.kind !== 'run') return
      const { runId } = message
      receive({ kind: 'step', runId, step: 1, steps: 1, preview })
      const picture = { bytes, mediaType: 'image/png', widthPx: sidePx, heightPx: sidePx, seed: 1 }
      receive({ kind: 'done', runId, pictures: [picture], timings: {} })
    },
    onMessage: callback => {
      receive = callback
    },
    ended: new Promise(() => {}),
    discard: openMemoryDiscard(),
  }
}

const order = aPaintOrder({ widthPx: sidePx, heightPx: sidePx, count: 1 })

function openHost(message: ReturnType<typeof received>) {
  return new RemoteHost({ device: 'm1/cpu', setup: null, open: () => workerOf(message) })
}

test('discarded memory is empty at once, and small memory stays, which others may share', () => {
  const discard = openMemoryDiscard()
  const [large, shared] = [new Uint8Array(1_000_000), Buffer.from('in the memory that Node shares')]
  discard([large, large.subarray(5), shared])
  discard([large])
  expect(large).toHaveLength(0)
  expect(shared.toString()).toBe('in the memory that Node shares')
})

test('a preview outlives the result that came in the same memory', async () => {
  const message = received()
  const previews: (Uint8Array | undefined)[] = []
  const host = openHost(message)
  await host.start()
  const outcome = await host.run(order, {}, { onStep: (_step, _steps, preview) => previews.push(preview) })
  if (outcome.kind !== 'done') throw new Error(outcome.kind)
  outcome.discard?.()
  expect(message.bytes).toHaveLength(0)
  expect(previews.map(preview => Buffer.from(preview ?? []).toString())).toEqual(['a preview'])
})

/** A disk that is full at the first try. `ended`: what the store got each time, as it was then. */
class FullAtFirst extends MemoryJobStore {
  readonly ended: Buffer[] = []

  override async end(claim: Claim, ending: Ending): Promise<Ending | undefined> {
    if (ending.state !== 'done') throw new Error(ending.state)
    this.ended.push(Buffer.from(ending.pictures[0]?.bytes ?? []))
    if (this.ended.length === 1) throw new AppError('storage', { problem: { what: 'disk-full' } })
    return super.end(claim, ending)
  }
}

test('a result’s memory is given back when it is recorded, and not at a try that failed', async () => {
  const message = received()
  const store = new FullAtFirst()
  const ends = new Signal(0)
  const pool = new Pool({
    store,
    clock: fastClock(20),
    random: { uint32: () => 0 },
    log: silent,
    maxWaitMs: 0,
    devices: [{ name: 'm1/cpu', openHost: () => openHost(message) }],
    onChange: ({ kind }) => {
      if (kind === 'state') ends.set(ends.value + 1)
    },
    onHung: () => {},
  })
  onTestFinished(() => void pool.stop(0))
  pool.start()
  pool.add(store.add('job', order))
  await ends.until(count => count > 0)
  expect(store.ended).toEqual([Buffer.from(file), Buffer.from(file)])
  expect(message.bytes).toHaveLength(0)
})
