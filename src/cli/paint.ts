/** Paints one work order in a worker of its own, without database or queue, and writes the pictures. */
import { hostOpener } from '../devices.ts'
import type { ModelCatalogue } from '../engine/weights/models.ts'
import type { WorkOrder } from '../engine/work-order.ts'
import { AppError } from '../errors.ts'
import { systemClock } from '../system-ports.ts'
import { numbered, type PictureFile, writePicture } from './files.ts'
import { showProgress } from './progress.ts'
import { type ExitCode, exitCodes, type Session } from './session.ts'

/** Uses the first configured device. Ctrl-C stops between two steps and writes nothing. */
export async function paintToFile(
  session: Session,
  { models }: Pick<ModelCatalogue, 'models'>,
  order: WorkOrder,
  sources: readonly PictureFile[],
  file: string,
): Promise<ExitCode> {
  const { config, words, out, err } = session
  const [device] = config.devices
  if (!device) throw new AppError('internal', { problem: 'no device is configured' })
  const host = hostOpener(device, models, process.env)()
  const interrupt = new AbortController()
  const onSignal = () => interrupt.abort()
  process.once('SIGINT', onSignal)
  const progress = showProgress(process.stderr, words)
  const startedMs = systemClock.monotonicMs()
  try {
    const start = await host.start()
    if (start.kind === 'failed') throw start.error
    const run = await host.run(order, Object.fromEntries(sources.map(({ id, bytes }) => [id, bytes])), {
      onLoading: progress.loading,
      onStep: progress.step,
      signal: interrupt.signal,
    })
    progress.end()
    if (run.kind === 'failed') throw run.error
    if (run.kind === 'cancelled') {
      err(words.cli.interrupted)
      return exitCodes.interrupted
    }
    for (const [i, { bytes, widthPx, heightPx, seed }] of run.pictures.entries()) {
      const path = numbered(file, i, run.pictures.length)
      await writePicture(path, bytes)
      out(words.cli.saved(path, widthPx, heightPx, order.kind === 'upscale' ? undefined : seed))
    }
    err(words.cli.took(systemClock.monotonicMs() - startedMs))
    return exitCodes.done
  } finally {
    progress.end()
    process.off('SIGINT', onSignal)
    await host.stop()
  }
}
