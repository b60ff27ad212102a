/** --demo: pictures of the demo model against the reference's: the Base, the Refiner after it, and both as an ensemble. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Target } from '../../../src/engine/onnx/graph-variants.ts'
import type { OpenModel } from '../../../src/engine/pipeline/open/open-model.ts'
import { configFor, type ModelSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { findSampler } from '../../../src/engine/sampling/sampler-names.ts'
import { type Check, type Checker, comparePictures } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import { openModelFolder } from '../networks/open-models.ts'
import { readPicture } from '../pictures.ts'
import { parseArguments } from './e2e-request.ts'
import type { Source } from './e2e-source.ts'
import { type Outcome, runPipeline } from './run-pipeline.ts'

const refineSchema = z.object({
  strength: z.number(),
  steps: z.number(),
  guidance: z.number(),
  seed: z.number(),
  input: z.string(),
})
const ensembleSchema = z.object({ split: z.number(), guidance: z.number() })
const caseSchema = z.object({
  name: z.string(),
  prompt: z.string(),
  seed: z.number(),
  width: z.number(),
  height: z.number(),
  steps: z.number(),
  sampler: z.string(),
  guidance: z.number(),
  refine: refineSchema.optional(),
  ensemble: ensembleSchema.optional(),
})
type DemoCase = z.infer<typeof caseSchema>

/** The demo model's two halves. */
export interface DemoModels {
  readonly base: OpenModel
  readonly refiner: OpenModel
  close(): Promise<void>
}

export async function openDemoModels(target?: Target): Promise<DemoModels> {
  const folder = demoFolder()
  const base = await openModelFolder(`${folder}/base`, target)
  const refiner = await openModelFolder(`${folder}/refiner`, target)
  return {
    base,
    refiner,
    close: async () => {
      await base.networks.close()
      await refiner.networks.close()
    },
  }
}

/** The checkout's models/demo, seen from the source and from dist/. */
function demoFolder(): string {
  const places = ['../../../models/demo', '../../../../models/demo'].map(path =>
    fileURLToPath(new URL(path, import.meta.url)),
  )
  const folder = places.find(existsSync)
  if (folder === undefined) throw new Error('models/demo is missing')
  return folder
}

export function demoPictures(models: DemoModels): Checker {
  return {
    name: 'demo',
    async list(oracle) {
      const { cases } = await oracle.json(z.object({ cases: z.array(caseSchema) }), 'cases.json')
      return cases.flatMap(one => {
        const { name, refine, ensemble } = one
        const named = (what: string, run: () => Promise<Outcome>) => ({
          name: `demo/${name}-${what}`,
          run: async () => check(oracle, `${name}-${what}.png`, await run()),
        })
        return [
          named('base', () => paintBase(models, one)),
          ...(refine ? [named('refined', () => refinePicture(oracle, models, one, refine))] : []),
          ...(ensemble ? [named('ensemble', () => paintEnsemble(models, one, ensemble))] : []),
        ]
      })
    },
  }
}

async function check(oracle: OracleFolder, file: string, ours: Outcome): Promise<Check[]> {
  const golden = await readPicture(oracle.path(file))
  return [comparePictures('picture', await ours.bytes(), golden.data)]
}

/** The Base alone, to the end or to `denoisingEnd` of the schedule. */
function paintBase({ base }: DemoModels, one: DemoCase, denoisingEnd?: number): Promise<Outcome> {
  const args = {
    prompt: one.prompt,
    num_inference_steps: one.steps,
    guidance_scale: one.guidance,
    ...(denoisingEnd !== undefined && { denoising_end: denoisingEnd }),
  }
  return runPipeline({
    pipeline: 'txt2img',
    args: parseArguments(args),
    seed: one.seed,
    model: base,
    schedule: scheduleOf(base, one.sampler),
    sizePx: { heightPx: one.height, widthPx: one.width },
    source: undefined,
  })
}

async function refinePicture(
  oracle: OracleFolder,
  models: DemoModels,
  one: DemoCase,
  refine: z.infer<typeof refineSchema>,
): Promise<Outcome> {
  const picture = await readPicture(oracle.path(refine.input))
  const { heightPx, widthPx } = picture
  const args = {
    prompt: one.prompt,
    num_inference_steps: refine.steps,
    guidance_scale: refine.guidance,
    strength: refine.strength,
  }
  return finish(models, one, args, refine.seed, {
    kind: 'picture',
    picture,
    mask: undefined,
    heightPx,
    widthPx,
  })
}

async function paintEnsemble(
  models: DemoModels,
  one: DemoCase,
  ensemble: z.infer<typeof ensembleSchema>,
): Promise<Outcome> {
  const { latents } = await paintBase(models, one, ensemble.split)
  const args = {
    prompt: one.prompt,
    num_inference_steps: one.steps,
    guidance_scale: ensemble.guidance,
    denoising_start: ensemble.split,
  }
  return finish(models, one, args, one.seed, {
    kind: 'latents',
    latents,
    heightPx: one.height,
    widthPx: one.width,
  })
}

function finish(
  { refiner }: DemoModels,
  one: DemoCase,
  args: Record<string, unknown>,
  seed: number,
  source: Source,
): Promise<Outcome> {
  return runPipeline({
    pipeline: 'img2img',
    args: parseArguments(args),
    seed,
    model: refiner,
    schedule: scheduleOf(refiner, one.sampler),
    sizePx: source,
    source,
  })
}

function scheduleOf({ schedule }: OpenModel, sampler: string): ModelSchedule {
  const found = findSampler(sampler)
  if (found.kind === 'unknown') throw new Error(`no sampler is called ${sampler}`)
  const config = { ...configFor(schedule, found.choice.kind, false), sigmas: found.choice.sigmas }
  return { ...schedule, config, sampler: found.choice }
}
