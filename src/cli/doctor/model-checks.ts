/** Tests each model on the first device by painting its smallest picture, including the Refiner. */

import type { BudgetedDevice } from '../../devices/memory-budget.ts'
import { reasonLines } from '../../devices/reason-lines.ts'
import type { WorkerHost } from '../../engine/host/worker-host.ts'
import type { Picture } from '../../engine/image/picture.ts'
import type { ModelCatalogue } from '../../engine/models/library.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import type { PaintOrder } from '../../engine/work-order.ts'
import { AppError, hasCode, toAppError } from '../../errors/errors.ts'
import type { MakingProgress } from '../../startup/model-weights.ts'
import { systemClock } from '../../system/system-ports.ts'
import { showMaking } from '../pictures/progress.ts'
import { type CommandSession, faultSentence, libraryOf } from '../session.ts'
import type { DoctorFinding } from './machine-checks.ts'

/** Native libraries are loaded here and not earlier, because doctor must be able to report that they are missing. */
async function loadEngine() {
  const [library, devices, workers, images, weights, smaller] = await Promise.all([
    import('../../engine/models/library.ts'),
    import('../../devices/prepare-devices.ts'),
    import('../../devices/device-workers.ts'),
    import('../../engine/image/encode.ts'),
    import('../../startup/model-weights.ts'),
    import('../../startup/smaller-weights.ts'),
  ])
  return { ...library, ...devices, ...workers, ...images, ...weights, ...smaller }
}

type Engine = Awaited<ReturnType<typeof loadEngine>>

export async function checkModels(
  session: CommandSession,
  show: (findings: DoctorFinding[]) => void,
): Promise<void> {
  const { config, words } = session
  const engine = await loadEngine()
  const catalogue = await libraryOf(session)
  show(catalogueFindings(session, catalogue, engine))
  const prepared = await engine.prepareDevices(config, session.surroundings.env).catch(toAppError)
  if (prepared instanceof AppError) {
    show([{ check: 'device', state: 'wrong', detail: faultSentence(session, prepared) }])
    return
  }
  const { devices, reason, env } = prepared
  show(reasonLines(words, reason).map(detail => ({ check: 'device', state: 'fine', detail })))
  const open = (device: BudgetedDevice, files: WorkerFiles) =>
    engine.hostOpener(device, engine.workerCatalogue(files, config.limits), env)()
  const [device, ...others] = devices
  if (!device) return
  for (const other of others) {
    const host = open(other, { models: [], files: [] })
    const finding = await deviceFinding(session, host, other)
    await host.stop()
    show([finding])
  }
  const host = open(device, catalogue)
  const finding = await deviceFinding(session, host, device)
  show([finding])
  if (finding.state === 'wrong') return
  const progress = showMaking(session.surroundings.stderr, session.err, words)
  for (const model of catalogue.models) {
    show(await weightFindings(session, engine, model, device, progress))
    const unmade = await engine.makeWeightFiles([model], [device], progress).then(() => undefined, toAppError)
    show(
      unmade
        ? [wrongModel(session, model, unmade)]
        : await paintedFindings(session, engine, { host, device }, model),
    )
  }
  await host.stop()
}

type WorkerFiles = Pick<ModelCatalogue, 'models' | 'files'>

/** The findings on unused files, and on a missing default model. */
function catalogueFindings(
  session: CommandSession,
  { models, unused }: ModelCatalogue,
  { isIntact }: Engine,
): DoctorFinding[] {
  const { config, words } = session
  const findings = unused.map(
    (one): DoctorFinding => ({
      check: 'models',
      state: isIntact(one) ? 'off' : 'wrong',
      detail: faultSentence(session, one.error),
    }),
  )
  // An unusable model is named above, with the reason.
  if ([...models, ...unused].some(({ name }) => name === config.defaultModel)) return findings
  const usable = models.map(({ name }) => name)
  const detail = words.cli.defaultMissing(config.defaultModel, usable)
  return [...findings, { check: 'models', state: 'wrong', detail }]
}

/** Starts the worker of a device. */
async function deviceFinding(
  session: CommandSession,
  host: WorkerHost,
  { memoryBytes }: BudgetedDevice,
): Promise<DoctorFinding> {
  const start = await host.start()
  return start.kind === 'ready'
    ? { check: 'device', state: 'fine', detail: session.words.machines.deviceUp(start.device, memoryBytes) }
    : { check: 'device', state: 'wrong', detail: faultSentence(session, start.error) }
}

/** Reads the model's cache files whole: damage may show in pictures alone. */
async function weightFindings(
  session: CommandSession,
  { examineWeightFiles }: Engine,
  model: ModelRecord,
  device: BudgetedDevice,
  progress: MakingProgress,
): Promise<DoctorFinding[]> {
  const examined = await examineWeightFiles(model, [device], progress).catch(toAppError)
  if (examined instanceof AppError) return [wrongModel(session, model, examined)]
  const { sound, damaged } = examined
  const detail = session.words.cli.weightsSound(model.name, sound.length)
  return [
    ...(sound.length > 0 ? [{ check: 'models', state: 'fine', detail } as const] : []),
    ...(damaged.length > 0
      ? [wrongModel(session, model, new AppError('weights-damaged', { files: damaged }))]
      : []),
  ]
}

/** Paints the model's smallest picture. */
async function paintedFindings(
  session: CommandSession,
  { encodePicture, fitsIn8Bits, memoryOf }: Engine,
  { host, device }: { host: WorkerHost; device: BudgetedDevice },
  model: ModelRecord,
): Promise<DoctorFinding[]> {
  const { cli } = session.words
  const startedMs = systemClock.monotonicMs()
  const order = minimalOrder(model)
  const { bytes } = await encodePicture(greyPicture(order), 'png', undefined)
  const run = await host.run(order, { [sourceId]: bytes })
  if (run.kind === 'done') {
    const detail = cli.modelFine(model.name, systemClock.monotonicMs() - startedMs)
    return [{ check: 'models', state: 'fine', detail }]
  }
  const error = run.kind === 'failed' ? run.error : new AppError('internal', { problem: run.kind })
  const finding = wrongModel(session, model, error)
  const isHelped = hasCode(error, 'memory-too-small') && (await fitsIn8Bits(model, [memoryOf(device)]))
  return isHelped
    ? [finding, { check: 'models', state: 'off', detail: cli.fitsIn8Bits(model.name) }]
    : [finding]
}

function wrongModel(session: CommandSession, { name }: ModelRecord, error: AppError): DoctorFinding {
  return { check: 'models', state: 'wrong', detail: `${name}: ${faultSentence(session, error)}` }
}

/** Latents per side of the test picture; the coarsest level still has several. */
const testSideLatent = 8

const sourceId = 'grey'

function greyPicture({ widthPx, heightPx }: PaintOrder): Picture {
  return { widthPx, heightPx, data: new Uint8Array(3 * widthPx * heightPx).fill(128) }
}

/**
 * Image to image, so that every network runs, including the VAE's encoder: a NaN in any of them is found. Two steps, so that
 * the Base and the Refiner each run one.
 */
function minimalOrder({ name, hash, sizeStepPx, refiner }: ModelRecord): PaintOrder {
  const sidePx = testSideLatent * sizeStepPx
  return {
    kind: 'paint',
    model: { name, hash },
    prompt: { positive: '', negative: null, clipSkip: 0 },
    widthPx: sidePx,
    heightPx: sidePx,
    count: 1,
    seed: 0,
    source: { pictureId: sourceId, strength: 1 },
    sampling: {
      sampler: 'euler',
      sigmas: 'model',
      spacing: 'model',
      steps: 2,
      guidance: 1,
      guidanceRescale: 0,
      guidanceInterval: [0, 1],
    },
    refinement: refiner && {
      way: 'ensemble',
      model: { name, hash: refiner.hash },
      split: 0.5,
      guidance: 1,
      aesthetic: { positive: 6, negative: 2.5 },
    },
    fast: false,
  }
}
