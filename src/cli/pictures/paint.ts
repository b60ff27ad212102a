/** Paints work orders in a separate worker, without database or queue, and writes the pictures. */
import { extname } from 'node:path'
import { memoryProblem } from '../../app/checks/check-memory.ts'
import { hostOpener, memoryOf, workerCatalogue } from '../../devices/device-workers.ts'
import { prepareDevices } from '../../devices/prepare-devices.ts'
import type { RunOutcome, WorkerHost } from '../../engine/host/worker-host.ts'
import { convertPicture } from '../../engine/image/convert.ts'
import type { PictureFormat } from '../../engine/image/files/format.ts'
import type { ModelCatalogue } from '../../engine/models/library.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import { countOf, type WorkOrder } from '../../engine/work-order.ts'
import { AppError } from '../../errors/errors.ts'
import { makeWeightFiles } from '../../startup/model-weights.ts'
import { systemClock, systemRandom } from '../../system/system-ports.ts'
import { problemSentence } from '../../words/en.ts'
import { type CommandSession, type ExitCode, exitCodes, refuse } from '../session.ts'
import { formatOfName, type PictureFile } from './picture-file.ts'
import { openTarget, type PictureTarget } from './picture-target.ts'
import { type ProgressDisplay, showMaking, showProgress } from './progress.ts'

/** Uses the first configured device. Ctrl-C stops between two steps; finished pictures are kept. */
export async function paintToFiles(
  session: CommandSession,
  catalogue: Pick<ModelCatalogue, 'models' | 'files'>,
  orders: readonly WorkOrder[],
  sources: readonly PictureFile[],
  file: string,
): Promise<ExitCode> {
  const { config, words, err } = session
  const { stdout, stderr, env: own } = session.surroundings
  const format = formatOfName(file)
  if (!format) return refuse(session, [words.cli.formatUnknown(extname(file))])
  const { devices, env } = await prepareDevices(config, own)
  const [device] = devices
  if (!device) throw new AppError('config', { key: 'devices', problem: { what: 'empty' } })
  const tooLarge = memoryProblem(orders, catalogue, [memoryOf(device)])
  if (tooLarge) return refuse(session, [problemSentence(words, tooLarge)])
  const count = orders.reduce((sum, order) => sum + countOf(order), 0)
  const target = await openTarget(file, count, { random: systemRandom, stdout })
  if (!target) return refuse(session, [words.cli.onePictureOnly(file, count)])
  await makeWeightFiles(modelsOf(orders, catalogue.models), [device], showMaking(stderr, err, words))
  const host = hostOpener(device, workerCatalogue(catalogue, config.limits), env)()
  const interrupt = new AbortController()
  const onSignal = () => interrupt.abort()
  // `once`: a second Ctrl-C finds no listener and ends the process at once.
  process.once('SIGINT', onSignal)
  const startedMs = systemClock.monotonicMs()
  try {
    const start = await host.start()
    if (start.kind === 'failed') throw start.error
    const exitCode = await paintAll(session, host, orders, sources, { target, format }, interrupt.signal)
    if (exitCode === exitCodes.done) err(words.cli.took(systemClock.monotonicMs() - startedMs))
    return exitCode
  } finally {
    process.off('SIGINT', onSignal)
    await host.stop()
  }
}

async function paintAll(
  session: CommandSession,
  host: WorkerHost,
  orders: readonly WorkOrder[],
  sources: readonly PictureFile[],
  { target, format }: { target: PictureTarget; format: PictureFormat },
  signal: AbortSignal,
): Promise<ExitCode> {
  const { words, surroundings, err } = session
  for (const order of orders) {
    const run = await runShown(host, order, sources, signal, showProgress(surroundings.stderr, err, words))
    if (run.kind === 'failed') throw run.error
    if (run.kind === 'cancelled') {
      err(words.cli.interrupted)
      return exitCodes.interrupted
    }
    for (const picture of run.pictures) await save(session, target, format, picture, order)
  }
  return exitCodes.done
}

/** The models of the orders. */
function modelsOf(orders: readonly WorkOrder[], models: readonly ModelRecord[]): ModelRecord[] {
  const names = new Set(orders.flatMap(order => (order.kind === 'upscale' ? [] : [order.model.name])))
  return models.filter(({ name }) => names.has(name))
}

async function runShown(
  host: WorkerHost,
  order: WorkOrder,
  sources: readonly PictureFile[],
  signal: AbortSignal,
  progress: ProgressDisplay,
): Promise<RunOutcome> {
  try {
    return await host.run(order, Object.fromEntries(sources.map(({ id, bytes }) => [id, bytes])), {
      onLoading: progress.loading,
      onStep: progress.step,
      signal,
    })
  } finally {
    progress.end()
  }
}

type Painted = Extract<RunOutcome, { kind: 'done' }>['pictures'][number]

async function save(
  { words, out, err }: CommandSession,
  target: PictureTarget,
  format: PictureFormat,
  picture: Painted,
  order: WorkOrder,
): Promise<void> {
  const { bytes, widthPx, heightPx, seed } = picture
  const file = await target.write(await convertPicture(bytes, format))
  const print = target.isStandardOutput ? err : out
  print(words.cli.saved(file, widthPx, heightPx, order.kind === 'upscale' ? undefined : seed))
}
