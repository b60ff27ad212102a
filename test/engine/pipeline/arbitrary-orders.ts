/** Arbitraries of work orders: prompts, sampling, sources, masks, ControlNets, image prompts and LoRAs. */
import fc from 'fast-check'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { presets } from '../../../src/engine/sampling/presets.ts'
import { takesSchedules } from '../../../src/engine/sampling/sampler-names.ts'
import { samplerKinds } from '../../../src/engine/sampling/sampler-registry.ts'
import { schedules } from '../../../src/engine/sampling/schedule-registry.ts'
import { type FileReference, preprocessors } from '../../../src/engine/work-order.ts'

type ReferenceTo = (file: string) => FileReference

/** The model that the orders name, and its add-ons by their names. */
interface Models {
  record: ModelRecord
  referenceTo: ReferenceTo
}

export const loraNames = ['locon', 'te-only', 'dora-rows'] as const

/** Mostly words, with everything that the parser, the tokenizer or a person's keyboard may bring. */
const words = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a red circle', 'cat, sea', '(very:1.3) [dark] forest', '') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '(a:1e9)',
      '[a:b:0.5] BREAK [c|d]',
      '((unbalanced',
      'a] b)',
      '(x:-2)',
      '\\(plain\\)',
      '{a,b} __c__',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('龙 🐉 à la carte', 'blue '.repeat(90), '\u0000\u202e\ud83d', '!'),
  },
)

const share = fc.double({ min: 0, max: 1, noNaN: true })
const few = fc.integer({ min: 1, max: 3 })
const seed = fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER - 1000))

const sampling = fc
  .record(
    {
      sampler: fc.constantFrom(...samplerKinds.map(({ name }) => name)),
      sigmas: fc.constantFrom('model', 'plain', 'karras', 'exponential', 'beta'),
      spacing: fc.constantFrom('model', 'leading', 'trailing', 'linspace'),
      steps: few,
      guidance: fc.oneof(fc.constantFrom(0, 1, 7), fc.double({ min: 0, max: 50, noNaN: true })),
      guidanceRescale: fc.oneof(fc.constant(0), share),
      guidanceInterval: fc.oneof(
        fc.constant([0, 1]),
        fc.tuple(share, share).map(ends => ends.sort((a, b) => a - b)),
      ),
      eta: share,
      noise: fc.record(
        { eta: share, churn: fc.constant({ amount: 2, from: 0, to: 100 }) },
        { requiredKeys: [] },
      ),
      schedule: fc.constantFrom(...schedules.map(({ name }) => name)),
      preset: fc.constantFrom(...presets),
    },
    { requiredKeys: ['sampler', 'steps', 'guidance'] },
  )
  .map(({ preset, ...chosen }) => {
    if (!preset) {
      const takesOne = samplerKinds.some(kind => kind.name === chosen.sampler && takesSchedules(kind))
      return { ...chosen, schedule: takesOne ? chosen.schedule : undefined, timesteps: undefined }
    }
    const steps = Math.min(Math.max(chosen.steps, preset.minSteps), preset.maxSteps)
    const { sampler, schedule } = preset.at(steps)
    const { spacing, eta, timesteps } = schedule
    const { guidance } = preset
    const own = { sampler, steps, guidance, spacing, eta, timesteps, sigmas: 'plain', schedule: undefined }
    return { ...chosen, ...own }
  })

/** Small ones, since a thousand pictures are painted twice. */
const side = fc.constantFrom(8, 32, 40, 64, 72, 104)
const prompt = fc.record(
  {
    positive: words,
    positive2: words,
    negative: fc.oneof(fc.constant(null), words),
    clipSkip: fc.integer({ min: 0, max: 10 }),
    syntax: fc.constantFrom('a1111', 'comfyui', 'easel'),
  },
  { requiredKeys: ['positive', 'negative'] },
)
const aesthetic = fc.record({ positive: fc.double({ min: 0, max: 10, noNaN: true }) }, { requiredKeys: [] })

/** The least strength at which a step runs, and above. */
const strengthFor = (steps: number, chance: number) => Math.min(1, (1 + chance * (steps - 1) + 1e-9) / steps)

const rarely = <T>(times: number, one: fc.Arbitrary<T>) =>
  fc.oneof({ weight: times, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: one })
const pictureId = fc.constantFrom('noise', 'waves')
const inpainting = fc.record({ softEdgePx: fc.integer({ min: 0, max: 9 }) })
const controlOf = (referenceTo: ReferenceTo) =>
  fc.record({
    model: fc.constantFrom('net-b', 'net-a-original').map(name => referenceTo(name)),
    pictureId,
    preprocessor: fc.constantFrom(...preprocessors),
    scale: fc.constantFrom(0, 0.5, 1),
    start: share,
    end: share,
    guess: fc.boolean(),
  })
const imagePromptOf = (referenceTo: ReferenceTo) =>
  fc.record({
    model: fc.constantFrom('ip-adapter', 'ip-adapter-plus').map(name => referenceTo(name)),
    pictureId,
    scale: fc.constantFrom(0, 0.6, 1),
  })
const lora = fc
  .record({
    name: fc.constantFrom(...loraNames),
    unetWeight: fc.constantFrom(-0.5, 0, 0.8),
    textWeight: fc.constantFrom(0, 1),
  })
  .map(one => ({ ...one, hash: one.name }))

const paintOf = ({ record, referenceTo }: Models) =>
  fc
    .record(
      {
        prompt,
        sampling,
        seed,
        widthPx: side,
        heightPx: side,
        count: fc.constantFrom(1, 1, 1, 1, 1, 1, 1, 3),
        source: fc.record(
          { pictureId, chance: share, maskId: fc.constant('mask'), inpainting },
          { requiredKeys: ['pictureId', 'chance'] },
        ),
        // Rare, since they cost a network more, or another graph of the U-Net.
        controls: rarely(4, fc.array(controlOf(referenceTo), { minLength: 1, maxLength: 2 })),
        imagePrompts: rarely(9, fc.array(imagePromptOf(referenceTo), { minLength: 1, maxLength: 2 })),
        loras: rarely(39, fc.array(lora, { minLength: 1, maxLength: 2 })),
        refinement: fc.oneof(
          fc.record({
            way: fc.constant('ensemble'),
            split: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
            guidance: fc.constantFrom(1, 4),
            aesthetic,
          }),
          fc.record({
            way: fc.constant('after'),
            chance: share,
            steps: few,
            guidance: fc.constantFrom(1, 4),
            aesthetic,
          }),
        ),
        fast: fc.boolean(),
      },
      { requiredKeys: ['prompt', 'sampling', 'seed', 'widthPx', 'heightPx', 'count'] },
    )
    .map(({ source, refinement, ...rest }) => {
      const steps = rest.sampling.timesteps?.length ?? rest.sampling.steps
      return {
        kind: 'paint',
        model: { name: record.name, hash: record.hash },
        ...rest,
        ...(source && { source: { ...source, strength: strengthFor(steps, source.chance) } }),
        ...(refinement && {
          refinement: {
            ...refinement,
            model: { name: record.name, hash: record.refiner?.hash },
            ...('chance' in refinement && { strength: strengthFor(refinement.steps, refinement.chance) }),
          },
        }),
      }
    })

const refineOf = ({ record }: Models) =>
  fc
    .record({
      prompt,
      sampling: sampling.filter(({ timesteps }) => timesteps === undefined),
      seed,
      widthPx: side,
      heightPx: side,
      chance: share,
      aesthetic,
      pictureId: fc.constantFrom('noise', 'waves'),
      maskId: fc.option(fc.constant('mask'), { nil: undefined }),
    })
    .map(({ chance, pictureId, maskId, ...rest }) => ({
      kind: 'refine',
      model: { name: record.name, hash: record.refiner?.hash },
      ...rest,
      source: { pictureId, maskId, strength: strengthFor(rest.sampling.steps, chance) },
    }))

const upscale = fc
  .constantFrom(
    { pictureId: 'noise', widthPx: 90, heightPx: 64 },
    { pictureId: 'waves', widthPx: 64, heightPx: 96 },
  )
  .chain(({ pictureId, widthPx, heightPx }) =>
    fc.constantFrom(2, 4).map(factor => ({
      kind: 'upscale',
      source: { pictureId },
      factor,
      widthPx: widthPx * factor,
      heightPx: heightPx * factor,
    })),
  )

/** Orders of every kind, mostly from text. */
export const anyOrder = (models: Models) =>
  fc.oneof(
    { weight: 12, arbitrary: paintOf(models) },
    { weight: 2, arbitrary: refineOf(models) },
    { weight: 1, arbitrary: upscale },
  )
