/** The catalogue of the models folders: models, files that are used with models, and unused files with the reason. */
import { AppError, hasCode, toAppError } from '../../errors/errors.ts'
import type { ModelFileProblem } from '../../errors/model-problem.ts'
import { buildExperts, type PartChoices } from './checkpoint/build-experts.ts'
import { pairRefiners } from './checkpoint/pair-refiners.ts'
import { compatibleFiles } from './compatible-files.ts'
import { describeCandidate, type FoundExpert } from './describe.ts'
import type { FileRecord } from './file-record.ts'
import type { FileHasher } from './hashes/file-hashes.ts'
import type { HashCache } from './hashes/hash-cache.ts'
import { pairImageEncoders } from './pair-image-encoders.ts'
import type { ModelRecord } from './record.ts'
import {
  allowedFolders,
  type ModelCandidate,
  type ModelFolders,
  scanModelFolders,
  type Unused,
} from './scan.ts'

export interface ModelCatalogue {
  models: ModelRecord[]
  /** Files that are used with models, by kind and name. */
  files: FileRecord[]
  /** Files that cannot be used or are of no use, with the reason. */
  unused: Unused[]
}

export interface LibraryOptions extends ModelFolders {
  readonly cache: HashCache
  /** The parts that the configuration chooses, by the model's name. */
  readonly choices?: Readonly<Record<string, PartChoices>>
  readonly onReading?: FileHasher['onReading']
}

/**
 * Reads every models folder. No file makes it fail: unusable files are listed in `unused`.
 *
 * @example
 * const { models, files, unused } = await readModels({ roots: ['models'], linkTargets: [], cache: memoryHashCache() })
 */
export async function readModels(options: LibraryOptions): Promise<ModelCatalogue> {
  const { candidates, unused } = await scanModelFolders(options)
  const { cache, onReading } = options
  const hasher: FileHasher = {
    cache,
    allowed: await allowedFolders(options),
    ...(onReading && { onReading }),
  }
  const { experts, files } = await describeAll(candidates, hasher, unused)
  const choices = options.choices ?? {}
  const built = buildExperts(experts, files, choices, unused)
  const models = await pairRefiners(built, choices, unused)
  const paired = await pairImageEncoders(files, unused)
  return { models, files: compatibleFiles(paired, models, unused), unused }
}

/** Describes each candidate. A fault in one does not affect the others. The first of two with one kind and name counts. */
async function describeAll(candidates: readonly ModelCandidate[], hasher: FileHasher, unused: Unused[]) {
  const experts: FoundExpert[] = []
  const files: FileRecord[] = []
  const taken = new Map<string, string>()
  for (const candidate of candidates) {
    const { name, path, kind } = candidate
    try {
      if (/\p{Cc}/u.test(name)) throw refusal(path, { what: 'name-unusable' })
      const described = await describeCandidate(candidate, hasher)
      unused.push(...described.unused)
      if (described.experts.length + described.files.length === 0) continue
      const by = taken.get(`${kind}/${name}`)
      if (by !== undefined) throw refusal(path, { what: 'name-taken', by })
      taken.set(`${kind}/${name}`, path)
      experts.push(...described.experts)
      files.push(...described.files)
    } catch (error) {
      unused.push({ name, error: toAppError(error) })
    }
  }
  return { experts, files }
}

function refusal(file: string, problem: ModelFileProblem): AppError {
  return new AppError('model-file', { file, problem })
}

/** The problems of intact files for other programs, which are no faults in a shared folder. */
const problemsOfIntact: ReadonlySet<ModelFileProblem['what']> = new Set([
  'other-family',
  'other-kind',
  'not-recognised',
  'no-base',
  'name-taken',
  'other-width',
])

/** Whether an unused file is intact and meant for another program. */
export function isIntact({ error }: Unused): boolean {
  return hasCode(error, 'model-file') && problemsOfIntact.has(error.details.problem.what)
}
