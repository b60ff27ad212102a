/** Promises of results from machines: they are what was asked for, by their own bytes, or the job goes elsewhere. */
import { expect, onTestFinished, test } from 'vitest'
import type { Channel } from '../../../src/engine/host/channel-host.ts'
import { protocolVersion } from '../../../src/engine/host/protocol.ts'
import { Pool } from '../../../src/engine/jobs/pool.ts'
import type { PaintOrder } from '../../../src/engine/work-order.ts'
import { RemoteHost } from '../../../src/remote/gateway/remote-host.ts'
import { en, errorSentence } from '../../../src/words/en.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'
import { MemoryJobStore } from '../../helpers/memory-job-store.ts'
import { tinyPng } from '../../helpers/pictures/tiny-png.ts'
import { fastClock, Signal, silent } from '../../helpers/remote/remote-pair.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const squareOf = (sidePx: number) => tinyPng(sidePx, sidePx, [1, 2, 3])

/** A worker that answers every run with so many pictures, which it says are of this size. */
function workerOf(widthPx: number, count: number, bytes: Uint8Array, onRun = () => {}): Channel {
  let receive: (message: unknown) => void = () => {}
  return {
    post(message) {
      if (message.kind === 'start') receive({ kind: 'ready', protocol: protocolVersion, device: 'x' })
      if (message.kind !== 'run') return
      onRun()
      const picture = {
        bytes,
        mediaType: 'image/png',
        widthPx,
        heightPx: widthPx,
        seed: 1,
      }
      const pictures = Array.from({ length: count }, () => picture)
      receive({ kind: 'done', runId: message.runId, pictures, timings: {} })
    },
    onMessage: callback => {
      receive = callback
    },
    ended: new Promise(() => {}),
  }
}

/** `bytes`: the file of each picture; absent: of the size that it is said to have. */
async function outcome(
  widthPx: number,
  count: number,
  about: Partial<PaintOrder> = {},
  bytes: Uint8Array = squareOf(widthPx),
) {
  const open = () => workerOf(widthPx, count, bytes)
  const host = new RemoteHost({ device: 'm1/cpu', setup: null, open })
  await host.start()
  return host.run({ ...aPaintOrder(), widthPx: 128, heightPx: 128, count: 1, ...about }, {})
}

test('a machine’s result is taken in the size and number that was asked for, and no other', async () => {
  expect(await outcome(128, 1)).toMatchObject({ kind: 'done' })
  expect(await outcome(8, 1)).toMatchObject({
    kind: 'failed',
    error: {
      code: 'result-unfit',
      retryable: true,
      details: { device: 'm1/cpu', found: '1 × 8×8', expected: '1 × 128×128' },
    },
  })
  expect(await outcome(128, 2)).toMatchObject({ kind: 'failed', error: { code: 'result-unfit' } })
})

test('the picture’s own bytes count, not what the machine says of them', async () => {
  const lying = await outcome(128, 1, {}, squareOf(8))
  expect(lying).toMatchObject({
    kind: 'failed',
    error: { code: 'result-unfit', details: { found: '1 × 8×8', expected: '1 × 128×128' } },
  })
  const modest = await outcome(8, 1, {}, squareOf(128))
  expect(modest).toMatchObject({ kind: 'done', pictures: [{ widthPx: 128, heightPx: 128 }] })
})

test.each([
  ['no picture', Buffer.from('a letter')],
  ['an empty file', new Uint8Array()],
  ['a picture that was cut short', squareOf(128).subarray(0, -8)],
  ['a header alone', squareOf(128).subarray(0, 33)],
  ['a picture of another format', Buffer.from('GIF89a\x80\0\x80\0', 'latin1')],
])('%s is refused in one sentence', async (_, bytes) => {
  const refused = await outcome(128, 1, {}, bytes)
  if (refused.kind !== 'failed') throw new Error(refused.kind)
  expect(refused.error.details).toEqual({ device: 'm1/cpu', found: undefined, expected: '1 × 128×128' })
  expect(errorSentence(en, refused.error)).toBe(
    'm1/cpu returned a file that is no PNG where 1 × 128×128 was asked for; asking again may work.',
  )
  expect(errorSentence(zhCn, refused.error)).toBe(
    'm1/cpu 返回了不是 PNG 的文件，而要求的是 1 × 128×128；可以再试一次。',
  )
})

test('a job whose machine returned something else is painted elsewhere, though that device is free first', async () => {
  const store = new MemoryJobStore()
  const parts = { store, clock: fastClock(20), random: { uint32: () => 0 }, log: silent, maxWaitMs: 0 }
  const pool = new Pool({ ...parts, devices: [], onChange: () => {}, onHung: () => {} })
  onTestFinished(() => void pool.stop(0))
  const runs = new Signal<string[]>([])
  const join = (name: string, sidePx: number) => {
    const open = () => workerOf(128, 1, squareOf(sidePx), () => runs.set([...runs.value, name]))
    pool.addDevice({ name, openHost: () => new RemoteHost({ device: name, setup: null, open }) })
  }
  join('bad/cpu', 8)
  pool.start()
  pool.add(store.add('job', aPaintOrder({ count: 1 })))
  await runs.until(({ length }) => length === 1)
  join('good/cpu', 128)
  await store.done.until(done => done === 1)
  expect(runs.value).toEqual(['bad/cpu', 'good/cpu'])
})

test('where only a part is painted, the result has the source’s size, and the number that was asked for', async () => {
  const inpainting = { softEdgePx: 4, onlyMasked: { paddingPx: 8, widthPx: 128, heightPx: 128 } }
  const source = { pictureId: 'p', strength: 0.5, inpainting }
  expect(await outcome(640, 1, { source })).toMatchObject({ kind: 'done' })
  expect(await outcome(640, 2, { source })).toMatchObject({ kind: 'failed', error: { code: 'result-unfit' } })
})
