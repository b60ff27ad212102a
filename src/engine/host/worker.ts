/** The entry of a device's worker, thread or child process: the message loop over the real painter. */
import { systemClock } from '../../system/system-ports.ts'
import { openPainter, painterSetup } from '../pipeline/open-painter.ts'
import { serveWorker } from './serve-worker.ts'
import { currentWorkerPort } from './worker-port.ts'

const { monotonicMs } = systemClock
await serveWorker(
  currentWorkerPort(),
  setup => openPainter(painterSetup.parse(setup), monotonicMs),
  monotonicMs,
)
