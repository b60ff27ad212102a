/** e2e/: whole pipelines on the oracle's models, from arguments to latents and pictures. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { OpenModel } from '../../../src/engine/pipeline/open/open-model.ts'
import type { ModelSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { type Check, type Checker, compare } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import { formatsOf, withLoras } from '../networks/loras.ts'
import { NotYet } from '../not-yet.ts'
import type { SizePx } from './e2e-conditioning.ts'
import { compareOutcome, scheduleFrom } from './e2e-outcome.ts'
import { type Arguments, type E2eCase, e2eSchema, parseArguments } from './e2e-request.ts'
import { readSource, type Source } from './e2e-source.ts'
import { type Outcome, runPipeline } from './run-pipeline.ts'

type Schedulers = z.infer<typeof e2eSchema>['scheduler_config']

export const endToEnd: Checker = {
  name: 'e2e',
  async list(oracle) {
    if (!oracle.has('e2e', 'cases.json')) return []
    const { cases, scheduler_config } = await oracle.json(e2eSchema, 'e2e', 'cases.json')
    return cases.map(one =>
      one.loras
        ? { name: `e2e/${one.name}`, run: () => checkWithLoras(oracle, scheduler_config, one) }
        : { name: `e2e/${one.name}`, run: () => check(oracle, scheduler_config, one) },
    )
  },
}

async function check(oracle: OracleFolder, schedulers: Schedulers, one: E2eCase): Promise<Check[]> {
  const golden = await oracle.tensors('e2e', `${one.name}.safetensors`)
  const ours = await runCase(oracle, schedulers, one, await oracle.open(one.model))
  return compareOutcome(ours, one, golden, 10 * one.floor_latents_f32_vs_f64)
}

/** Once in every format that all of the case's LoRAs come in. */
async function checkWithLoras(oracle: OracleFolder, schedulers: Schedulers, one: E2eCase): Promise<Check[]> {
  const checks: Check[] = []
  for (const format of await formatsOf(oracle, Object.keys(one.loras ?? {}))) {
    const loras = Object.entries(one.loras ?? {}).map(([name, weight]) => ({
      name: `lora-${name}-${format}`,
      weight,
    }))
    const found = await withLoras(oracle, loras, () => check(oracle, schedulers, one))
    checks.push(...found.map(each => ({ ...each, what: `${format}: ${each.what}` })))
  }
  return checks
}

/**
 * The folder's first plain case for a model: text to image for a Base, image to image for a Refiner. It is run with that
 * model in place of its own, and once with its own: graphs that we built over the same weights give the same bits.
 */
export async function checkAgainstOwn(
  oracle: OracleFolder,
  role: string,
  model: OpenModel,
  isBuiltByUs: boolean,
): Promise<Check[]> {
  const { cases, scheduler_config } = await oracle.json(e2eSchema, 'e2e', 'cases.json')
  const one = cases.find(
    ({ model, loras, args }) => model === role && !loras && (role === 'base' || 'image' in args),
  )
  if (!one) throw new NotYet(`e2e/ has no case for a ${role}`)
  const golden = await oracle.tensors('e2e', `${one.name}.safetensors`)
  const limit = 10 * one.floor_latents_f32_vs_f64
  const ours = await runCase(oracle, scheduler_config, one, model)
  const checks = [
    compare(`final latents of ${one.name}`, ours.latents, golden.floats('final_latents'), limit),
  ]
  if (!isBuiltByUs) return checks
  const own = await runCase(oracle, scheduler_config, one, await oracle.open(role))
  return [...checks, compare('the same latents as the folder', ours.latents, own.latents, 0)]
}

async function runCase(
  oracle: OracleFolder,
  schedulers: Schedulers,
  one: E2eCase,
  model: OpenModel,
): Promise<Outcome> {
  const args = parseArguments(one.args)
  const { factor } = model.networks.vae
  const source = await readSource(oracle, one, args, factor)
  return runPipeline({
    pipeline: one.pipeline,
    args,
    seed: one.seed,
    model,
    schedule: await scheduleOf(oracle, schedulers, one),
    sizePx: await sizeOfCase(oracle, one, args, source, factor),
    source,
  })
}

const unetSize = z.object({ sample_size: z.number().default(128) })

/** Of the source, or as asked for, or what the U-Net was made for. */
async function sizeOfCase(
  oracle: OracleFolder,
  one: E2eCase,
  args: Arguments,
  source: Source | undefined,
  factor: number,
): Promise<SizePx> {
  if (source) return source
  const config = await readFile(join(await oracle.model(one.model), 'unet', 'config.json'), 'utf8')
  const native = unetSize.parse(JSON.parse(config)).sample_size * factor
  return { heightPx: args.height ?? native, widthPx: args.width ?? native }
}

async function scheduleOf(
  oracle: OracleFolder,
  schedulers: Schedulers,
  one: E2eCase,
): Promise<ModelSchedule> {
  const scheduler = schedulers[one.scheduler]
  if (!scheduler) throw new Error(`cases.json has no scheduler ${one.scheduler}`)
  return scheduleFrom(oracle, scheduler, parseArguments(one.args))
}
