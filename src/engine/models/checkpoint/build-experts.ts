/** Builds Bases and Refiners from the files found, and takes missing parts from other models of the library. */
import { AppError, toAppError } from '../../../errors/errors.ts'
import type { MissingPart } from '../../../errors/model-problem.ts'
import type { FoundExpert } from '../describe.ts'
import type { FileRecord } from '../file-record.ts'
import type { ExpertParts, ExpertRecord } from '../record.ts'
import type { Unused } from '../scan.ts'
import { sizeStepOf } from '../sizes.ts'
import { assemble, type Supplements } from './assemble.ts'

/** The parts that the configuration chooses for a model, by names in the library. */
export interface PartChoices {
  readonly vae?: string | undefined
  /** The model that supplies its text encoders. */
  readonly textEncoders?: string | undefined
  readonly refiner?: string | undefined
}

export interface BuiltExpert {
  readonly found: FoundExpert
  readonly expert: ExpertRecord
}

/** The complete models. Incomplete ones go to `unused` with the missing part. */
export function buildExperts(
  experts: readonly FoundExpert[],
  files: readonly FileRecord[],
  choices: Readonly<Record<string, PartChoices>>,
  unused: Unused[],
): BuiltExpert[] {
  const vaes = files.filter(({ kind }) => kind === 'vae')
  const partsOf = (expert: FoundExpert, askers: readonly string[]) => {
    const { name, path, found } = expert
    const assembled = assemble(found, supplementsOf(expert, [...askers, name]))
    if (assembled.kind === 'complete') return assembled
    throw lacking(path, name, assembled.missing)
  }
  /** `borrowers`: the models that wait for parts, so that two models cannot wait for each other. */
  const supplementsOf = ({ name, path, found }: FoundExpert, borrowers: readonly string[]): Supplements => {
    const choice = choices[name] ?? {}
    const vae = choice.vae === undefined ? onlyOne(found.networks.vae ? [] : vaes) : named(vaes, choice.vae)
    if (choice.textEncoders === undefined) return { ...vaeOf(vae) }
    if (borrowers.includes(choice.textEncoders)) throw lacking(path, name, 'text-encoders')
    const textEncoders: ExpertParts = partsOf(named(experts, choice.textEncoders), borrowers).parts
    return { ...vaeOf(vae), textEncoders }
  }

  const built: BuiltExpert[] = []
  for (const found of experts) {
    try {
      const { parts, hash } = partsOf(found, [])
      const expert = { parts, hash, sizeStepPx: sizeStepOf(parts), storage: found.found.storage }
      built.push({ found, expert })
    } catch (error) {
      unused.push({ name: found.name, error: toAppError(error) })
    }
  }
  return built
}

/** The only element; undefined if there are none or several. */
function onlyOne<T>(all: readonly T[]): T | undefined {
  return all.length === 1 ? all[0] : undefined
}

function vaeOf(record: FileRecord | undefined): Supplements {
  return record?.vae ? { vae: record.vae } : {}
}

/** The entry with that name. @throws AppError 'model-unknown' when there is none; lists the existing names. */
export function named<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const found = all.find(one => one.name === name)
  if (found) return found
  throw new AppError('model-unknown', { name, known: all.map(one => one.name) })
}

function lacking(file: string, name: string, part: MissingPart): AppError {
  const key = `models.${name}.${part === 'vae' ? 'vae' : 'textEncoders'}`
  return new AppError('model-file', { file, problem: { what: 'part-missing', part, key } })
}
