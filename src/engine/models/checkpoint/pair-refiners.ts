/** Pairs each Base with a Refiner: its own, the configured one, or a matching one. */
import { AppError, toAppError } from '../../../errors/errors.ts'
import { type ModelSchedule, parseSchedule } from '../../sampling/diffusers/scheduler-config.ts'
import type { ModelRecord } from '../record.ts'
import type { Unused } from '../scan.ts'
import { nativeSideOf } from '../sizes.ts'
import { textWidthsOf } from '../text-widths.ts'
import { type BuiltExpert, named, type PartChoices } from './build-experts.ts'
import { mismatchOf } from './refiner-match.ts'

/** The Bases as models. Refiners without a Base go to `unused`. */
export async function pairRefiners(
  experts: readonly BuiltExpert[],
  choices: Readonly<Record<string, PartChoices>>,
  unused: Unused[],
): Promise<ModelRecord[]> {
  const refiners = experts.filter(({ expert }) => !expert.parts.networks.textEncoder)
  const paired = new Set<BuiltExpert>()
  const models: ModelRecord[] = []
  for (const base of experts.filter(one => !refiners.includes(one))) {
    const { name } = base.found
    try {
      const model = modelOf(base)
      const candidates = candidatesFor(name, refiners, choices[name]?.refiner)
      models.push(await withRefiner(model, candidates, paired))
    } catch (error) {
      unused.push({ name, error: toAppError(error) })
    }
  }
  for (const refiner of refiners.filter(one => !paired.has(one))) {
    const { name, path } = refiner.found
    unused.push({ name, error: new AppError('model-file', { file: path, problem: { what: 'no-base' } }) })
  }
  return models
}

function modelOf({ found: { name }, expert }: BuiltExpert): ModelRecord {
  const { config, configFile } = expert.parts.schedule
  const schedule = parseSchedule(config, configFile)
  return {
    name,
    ...expert,
    nativeSidePx: nativeSideOf(expert.parts),
    sampler: schedule.sampler.kind.name,
    textWidths: textWidthsOf(expert.parts),
    scheduler: schedulerFacts(schedule),
  }
}

function schedulerFacts({ notBuilt, keys, config }: ModelSchedule): ModelRecord['scheduler'] {
  const key = notBuilt?.what === 'key' ? notBuilt.key : undefined
  return {
    notBuilt: notBuilt && { className: notBuilt.className, key },
    zeroTerminalSnr: keys.rescale_betas_zero_snr === true,
    edm: config.edm !== undefined,
  }
}

interface Candidates {
  readonly refiners: readonly BuiltExpert[]
  /** Somebody chose this pair, so a mismatch is reported. */
  readonly isExplicit: boolean
}

function candidatesFor(
  base: string,
  refiners: readonly BuiltExpert[],
  choice: string | undefined,
): Candidates {
  if (choice !== undefined) {
    const refiner = named(
      refiners.map(one => ({ ...one, name: one.found.name, one })),
      choice,
    )
    return { refiners: [refiner.one], isExplicit: true }
  }
  const own = refiners.filter(({ found }) => found.belongsTo === base)
  if (own.length > 0) return { refiners: own, isExplicit: true }
  return { refiners: refiners.filter(({ found }) => found.belongsTo === undefined), isExplicit: false }
}

async function withRefiner(
  model: ModelRecord,
  { refiners, isExplicit }: Candidates,
  paired: Set<BuiltExpert>,
): Promise<ModelRecord> {
  for (const refiner of refiners) {
    const mismatch = await mismatchOf(model.parts.networks, refiner.expert.parts.networks)
    if (mismatch !== undefined && !isExplicit) continue
    paired.add(refiner)
    return mismatch === undefined
      ? { ...model, refiner: { ...refiner.expert, name: refiner.found.name } }
      : { ...model, refinerMismatch: mismatch }
  }
  return model
}
