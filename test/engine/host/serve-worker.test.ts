import { expect, test } from 'vitest'
import { protocolVersion } from '../../../src/engine/host/protocol.ts'
import { type OpenPainter, serveWorker } from '../../../src/engine/host/serve-worker.ts'
import type { WorkerPort } from '../../../src/engine/host/worker-port.ts'
import type { Painter } from '../../../src/engine/pipeline/painter.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

/** A port that a test holds both ends of. */
function aPort() {
  const log: string[] = []
  let receive: (message: unknown) => void = () => {}
  const port: WorkerPort = {
    post: message => void log.push(message.kind),
    onMessage: callback => {
      receive = callback
    },
    end: () => void log.push('(end)'),
  }
  return { port, log, send: (message: unknown) => receive(message) }
}

const aPainter = (log: string[], paint: Painter['paint']): Painter => ({
  device: 'none',
  paint,
  close: async () => void log.push('(close)'),
})
const serve = (port: WorkerPort, open: OpenPainter) => serveWorker(port, open, () => 0)
const start = { kind: 'start', protocol: protocolVersion, setup: {} }
const run = { kind: 'run', runId: 1, order: aPaintOrder(), sources: {} }

test('a stop lets the run end first, then closes the sessions, then ends the worker', async () => {
  const { port, log, send } = aPort()
  const serving = serve(port, async () =>
    aPainter(log, async (_order, _sources, hooks) => {
      for (let step = 1; !hooks.signal.aborted; step++) {
        if (step === 2) send({ kind: 'stop' })
        await hooks.onStep(step, 9)
      }
      return { kind: 'cancelled' }
    }),
  )
  send(start)
  send(run)
  await serving
  expect(log).toEqual(['ready', 'step', 'step', 'cancelled', '(close)', '(end)'])
})

test('two stops close the sessions once', async () => {
  const { port, log, send } = aPort()
  const serving = serve(port, async () => aPainter(log, () => Promise.reject(new Error('unused'))))
  send(start)
  send({ kind: 'stop' })
  send({ kind: 'stop' })
  await serving
  expect(log).toEqual(['ready', '(close)', '(end)'])
})

test('a cancel of another run is ignored', async () => {
  const { port, log, send } = aPort()
  const serving = serve(port, async () =>
    aPainter(log, async (_order, _sources, hooks) => {
      send({ kind: 'cancel', runId: 2 })
      await hooks.onStep(1, 1)
      expect(hooks.signal.aborted).toBe(false)
      send({ kind: 'stop' })
      return { kind: 'painted', pictures: [], timings: {} }
    }),
  )
  send(start)
  send(run)
  await serving
  expect(log).toEqual(['ready', 'step', 'done', '(close)', '(end)'])
})

test.each([
  ['nonsense', [{ kind: 'dance' }]],
  ['a second start', [start, start]],
  ['a second run at the same time', [start, run, { ...run, runId: 2 }]],
])('%s from the main side ends the serving with an error', async (_, messages) => {
  const { port, log, send } = aPort()
  const serving = serve(port, async () => aPainter(log, () => new Promise(() => {})))
  for (const message of messages) send(message)
  await expect(serving).rejects.toThrow()
})
