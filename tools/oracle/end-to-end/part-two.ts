/** The end-to-end cases of part two: `<group>/e2e/cases.json`, with one reader and one runner for all groups. */
import { z } from 'zod'
import type { Picture } from '../../../src/engine/image/picture.ts'
import type { OpenModel } from '../../../src/engine/pipeline/open/open-model.ts'
import type { Check } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import { lumaOf, readPicture } from '../pictures.ts'
import { compareOutcome, scheduleFrom } from './e2e-outcome.ts'
import { e2eCaseSchema, type NamedScheduler, namedScheduler, parseArguments } from './e2e-request.ts'
import type { Source } from './e2e-source.ts'
import { type PipelineRun, runPipeline } from './run-pipeline.ts'

/** A scheduler is named in the same file, or given whole. */
const scheduler = z.union([z.string(), z.looseObject({ _class_name: z.string() })])

const caseSchema = z.looseObject({
  pipeline: z.string().default('txt2img'),
  scheduler: scheduler.default('euler'),
  args: z.record(z.string(), z.unknown()),
  seed: e2eCaseSchema.shape.seed,
  timesteps: e2eCaseSchema.shape.timesteps,
  draws_in_order: e2eCaseSchema.shape.draws_in_order,
  allow_latents: z.number(),
  note: z.string().optional(),
  /** Another case, whose arguments and numbers are this one's too. */
  same_as: z.string().optional(),
})

/** What every group's cases say; a group's own keys (`loras`, `controlnet`, …) stay in it, unchecked. */
export type PartTwoCase = z.infer<typeof caseSchema> & { readonly name: string }

const casesSchema = z.object({
  scheduler_config: z.record(z.string(), namedScheduler).default({}),
  cases: z.preprocess(withOthersKeys, z.record(z.string(), caseSchema)),
})

/** Cases that are the same as another one have its keys too. */
function withOthersKeys(raw: unknown): unknown {
  const cases = z.record(z.string(), z.looseObject({ same_as: z.string().optional() })).parse(raw)
  const entries = Object.entries(cases).map(([name, one]) => [
    name,
    { ...cases[one.same_as ?? name], ...one },
  ])
  return Object.fromEntries(entries)
}

/** What the groups without a list of their own call euler. */
const euler: NamedScheduler = { cls: 'EulerDiscreteScheduler', extra: {} }

export class PartTwoGroup {
  readonly cases: readonly PartTwoCase[]
  readonly #oracle: OracleFolder
  readonly #group: string
  readonly #schedulers: Readonly<Record<string, NamedScheduler>>

  private constructor(oracle: OracleFolder, group: string, read: z.infer<typeof casesSchema>) {
    this.#oracle = oracle
    this.#group = group
    this.#schedulers = { euler, ...read.scheduler_config }
    this.cases = Object.entries(read.cases).map(([name, one]) => ({ ...one, name }))
  }

  /** Undefined where the folder lacks the group. */
  static async read(oracle: OracleFolder, group: string): Promise<PartTwoGroup | undefined> {
    if (!oracle.has(group, 'e2e', 'cases.json')) return undefined
    return new PartTwoGroup(oracle, group, await oracle.json(casesSchema, group, 'e2e', 'cases.json'))
  }

  /**
   * The case as a run of the engine's pipeline; `parts` are what only the group knows: another model, a source, a U-Net
   * with its ControlNets.
   */
  async plan(one: PartTwoCase, parts: Partial<PipelineRun> & { model: OpenModel }): Promise<PipelineRun> {
    // Arguments that stand for pictures: the group gives them as `source`.
    const { image: _, mask_image: __, ...own } = one.args
    const args = parseArguments(own)
    const sizePx = parts.source ?? { heightPx: args.height ?? 128, widthPx: args.width ?? 128 }
    return {
      pipeline: e2eCaseSchema.shape.pipeline.parse(one.pipeline),
      args,
      seed: one.seed,
      schedule: await scheduleFrom(this.#oracle, this.#schedulerOf(one), args),
      sizePx,
      source: undefined,
      ...parts,
    }
  }

  /** Runs what `plan` gave, and compares it with the case's golden numbers. */
  async check(one: PartTwoCase, run: PipelineRun): Promise<Check[]> {
    const golden = await this.#oracle.tensors(this.#group, 'e2e', `${one.same_as ?? one.name}.safetensors`)
    return compareOutcome(await runPipeline(run), one, golden, one.allow_latents)
  }

  #schedulerOf(one: PartTwoCase): NamedScheduler {
    if (typeof one.scheduler !== 'string') return { cls: one.scheduler._class_name, extra: one.scheduler }
    const named = this.#schedulers[one.scheduler]
    if (!named) throw new Error(`cases.json has no scheduler ${one.scheduler}`)
    return named
  }
}

/** A source out of the folder's `inputs/`, with a mask where one is named. */
export async function inputSource(oracle: OracleFolder, picture: string, mask?: string): Promise<Source> {
  const read = (name: string): Promise<Picture> => readPicture(oracle.path('inputs', name))
  const source = await read(picture)
  const { heightPx, widthPx } = source
  const luma = mask === undefined ? undefined : lumaOf(await read(mask))
  return { kind: 'picture', picture: source, mask: luma, heightPx, widthPx }
}
