/** Tests each model on the first device by painting its smallest picture, including the Refiner. */

import { reasonLines } from '../../devices/reason-lines.ts'
import type { Picture } from '../../engine/image/picture.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import type { PaintOrder } from '../../engine/work-order.ts'
import { AppError, toAppError } from '../../errors/errors.ts'
import { systemClock } from '../../system/system-ports.ts'
import type { DoctorFinding } from './machine-checks.ts'
import { showMaking } from '../pictures/progress.ts'
import { type CommandSession, faultSentence, libraryOf } from '../session.ts'

/** Native libraries are loaded here and not earlier, because doctor must be able to report that they are missing. */
export async function checkModels(
  session: CommandSession,
  show: (findings: DoctorFinding[]) => void,
): Promise<void> {
  const { config, words } = session
  const [
    { isIntact },
    { prepareDevices },
    { hostOpener, workerCatalogue },
    { encodePicture },
    { makeWeightFiles },
  ] = await Promise.all([
    import('../../engine/models/library.ts'),
    import('../../devices/prepare-devices.ts'),
    import('../../devices/device-workers.ts'),
    import('../../engine/image/encode.ts'),
    import('../../startup/model-weights.ts'),
  ])
  const { models, files, unused } = await libraryOf(session)
  show(
    unused.map(one => ({
      check: 'models',
      state: isIntact(one) ? 'off' : 'wrong',
      detail: faultSentence(session, one.error),
    })),
  )
  // An unusable model is named above, with the reason.
  if (![...models, ...unused].some(({ name }) => name === config.defaultModel)) {
    const usable = models.map(({ name }) => name)
    show([{ check: 'models', state: 'wrong', detail: words.cli.defaultMissing(config.defaultModel, usable) }])
  }
  const { devices, reason, env } = await prepareDevices(config, process.env)
  show(reasonLines(words, reason).map(detail => ({ check: 'device', state: 'fine', detail })))
  const [device, ...others] = devices
  if (!device) return
  for (const other of others) {
    const host = hostOpener(other, workerCatalogue({ models: [], files: [] }, config.limits), env)()
    const start = await host.start()
    await host.stop()
    const isUp = start.kind === 'ready'
    const detail = isUp
      ? words.machines.deviceUp(start.device, other.memoryBytes)
      : faultSentence(session, start.error)
    show([{ check: 'device', state: isUp ? 'fine' : 'wrong', detail }])
  }
  const host = hostOpener(device, workerCatalogue({ models, files }, config.limits), env)()
  const start = await host.start()
  if (start.kind === 'failed') {
    show([{ check: 'device', state: 'wrong', detail: faultSentence(session, start.error) }])
    return
  }
  const up = words.machines.deviceUp(start.device, device.memoryBytes)
  show([{ check: 'device', state: 'fine', detail: up }])
  const making = showMaking(process.stderr, session.err, words)
  for (const model of models) {
    const unmade = await makeWeightFiles([model], [device], making).then(() => undefined, toAppError)
    if (unmade) {
      show([{ check: 'models', state: 'wrong', detail: faultSentence(session, unmade) }])
      continue
    }
    const startedMs = systemClock.monotonicMs()
    const order = smallestOrder(model)
    const { bytes } = await encodePicture(greyPicture(order), 'png', undefined)
    const run = await host.run(order, { [sourceId]: bytes })
    const error = run.kind === 'failed' ? run.error : new AppError('internal', { problem: run.kind })
    const detail = words.cli.modelFine(model.name, systemClock.monotonicMs() - startedMs)
    if (run.kind === 'done') show([{ check: 'models', state: 'fine', detail }])
    else show([{ check: 'models', state: 'wrong', detail: faultSentence(session, error) }])
  }
  await host.stop()
}

/** Latents per side of the test picture; the coarsest level still has several. */
const triedSideLatent = 8

const sourceId = 'grey'

function greyPicture({ widthPx, heightPx }: PaintOrder): Picture {
  return { widthPx, heightPx, data: new Uint8Array(3 * widthPx * heightPx).fill(128) }
}

/**
 * Image to image, so that every network runs, including the VAE's encoder: a NaN in any of them is found. Two steps, so that
 * the Base and the Refiner each run one.
 */
function smallestOrder({ name, hash, sizeStepPx, refiner }: ModelRecord): PaintOrder {
  const sidePx = triedSideLatent * sizeStepPx
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
