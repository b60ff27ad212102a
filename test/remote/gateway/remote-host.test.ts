import { expect, test } from 'vitest'
import type { Channel } from '../../../src/engine/host/channel-host.ts'
import { protocolVersion } from '../../../src/engine/host/protocol.ts'
import type { PaintOrder } from '../../../src/engine/work-order.ts'
import { RemoteHost } from '../../../src/remote/gateway/remote-host.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

/** A worker that answers every run with pictures of this size. */
function workerOf(widthPx: number, count: number): Channel {
  let receive: (message: unknown) => void = () => {}
  return {
    post(message) {
      if (message.kind === 'start') receive({ kind: 'ready', protocol: protocolVersion, device: 'x' })
      if (message.kind !== 'run') return
      const picture = {
        bytes: new Uint8Array(1),
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

async function outcome(widthPx: number, count: number, about: Partial<PaintOrder> = {}) {
  const host = new RemoteHost({ device: 'm1/cpu', setup: null, open: () => workerOf(widthPx, count) })
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

test('where only a part is painted, the result has the source’s size, and the number that was asked for', async () => {
  const inpainting = { softEdgePx: 4, onlyMasked: { paddingPx: 8, widthPx: 128, heightPx: 128 } }
  const source = { pictureId: 'p', strength: 0.5, inpainting }
  expect(await outcome(640, 1, { source })).toMatchObject({ kind: 'done' })
  expect(await outcome(640, 2, { source })).toMatchObject({ kind: 'failed', error: { code: 'result-unfit' } })
})
