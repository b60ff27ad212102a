/** Tries each model on the first device by painting the smallest picture that it can, Refiner and all. */
import type { ModelRecord } from '../engine/models/record.ts'
import type { WorkOrder } from '../engine/work-order.ts'
import { AppError } from '../errors.ts'
import { systemClock } from '../system-ports.ts'
import { errorSentence } from '../words/en.ts'
import type { Finding } from './checks.ts'
import type { Session } from './session.ts'

/** Loads what needs native libraries only now: doctor must be able to say that they are missing. */
export async function checkModels(session: Session, show: (findings: Finding[]) => void): Promise<void> {
  const { config, words } = session
  const [{ readLibrary }, { isOfNoUse }, { hostOpener }] = await Promise.all([
    import('../model-library.ts'),
    import('../engine/models/library.ts'),
    import('../devices.ts'),
  ])
  const { models, files, unused } = await readLibrary(config)
  show(
    unused.map(one => ({
      check: 'models',
      state: isOfNoUse(one) ? 'off' : 'wrong',
      detail: errorSentence(words, one.error),
    })),
  )
  const names = [...models, ...unused].map(({ name }) => name)
  if (!names.includes(config.defaultModel)) {
    show([{ check: 'models', state: 'wrong', detail: words.cli.defaultMissing(config.defaultModel, names) }])
  }
  const [device] = config.devices
  if (!device) return
  const host = hostOpener(device, { models, files }, process.env)()
  const start = await host.start()
  if (start.kind === 'failed') {
    show([{ check: 'device', state: 'wrong', detail: errorSentence(words, start.error) }])
    return
  }
  show([{ check: 'device', state: 'fine', detail: start.device }])
  for (const model of models) {
    const startedMs = systemClock.monotonicMs()
    const run = await host.run(smallestOrder(model), {})
    const error = run.kind === 'failed' ? run.error : new AppError('internal', { problem: run.kind })
    const detail = words.cli.modelFine(model.name, systemClock.monotonicMs() - startedMs)
    if (run.kind === 'done') show([{ check: 'models', state: 'fine', detail }])
    else show([{ check: 'models', state: 'wrong', detail: errorSentence(words, error) }])
  }
  await host.stop()
}

/** Latents per side of the picture that is tried: the coarsest level still has several. */
const triedSideLatent = 8

/** Two steps, so that Base and Refiner each take one. */
function smallestOrder({ name, hash, sizeStepPx, refiner }: ModelRecord): WorkOrder {
  const sidePx = triedSideLatent * sizeStepPx
  return {
    kind: 'paint',
    model: { name, hash },
    prompt: { positive: '', negative: null, clipSkip: 0 },
    widthPx: sidePx,
    heightPx: sidePx,
    count: 1,
    seed: 0,
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
