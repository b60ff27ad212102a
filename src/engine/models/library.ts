/** Owns what lies in the models folders: every model, every file that goes with one, and why anything else is not used. */
import { AppError, hasCode, toAppError } from '../../errors.ts'
import type { ModelFileProblem } from '../../model-problem.ts'
import { buildExperts, type Wishes } from './checkpoint/build-experts.ts'
import { pairRefiners } from './checkpoint/pair-refiners.ts'
import { describeCandidate, type FoundExpert } from './describe.ts'
import type { FileRecord } from './file-record.ts'
import type { FileHasher } from './hashes/file-hashes.ts'
import type { HashCache } from './hashes/hash-cache.ts'
import { pairImageEncoders } from './pair-image-encoders.ts'
import type { ModelRecord } from './record.ts'
import { allowedFolders, type Candidate, type ModelFolders, scanModelFolders, type Unused } from './scan.ts'

export interface ModelCatalogue {
  models: ModelRecord[]
  /** What goes with models, by kind and name. */
  files: FileRecord[]
  /** What cannot be used, or is of no use, with the reason. */
  unused: Unused[]
}

export interface LibraryOptions extends ModelFolders {
  readonly cache: HashCache
  /** What the configuration says a model is to be put together with, by the model's name. */
  readonly wishes?: Readonly<Record<string, Wishes>>
  readonly onReading?: FileHasher['onReading']
}

/** Reads every models folder. Nothing that lies there makes it fail: what cannot be used is named in `unused`. */
export async function readModels(options: LibraryOptions): Promise<ModelCatalogue> {
  const { candidates, unused } = await scanModelFolders(options)
  const { cache, onReading } = options
  const hasher: FileHasher = {
    cache,
    allowed: await allowedFolders(options),
    ...(onReading && { onReading }),
  }
  const { experts, files } = await describeAll(candidates, hasher, unused)
  const wishes = options.wishes ?? {}
  const built = buildExperts(experts, files, wishes, unused)
  const models = await pairRefiners(built, wishes, unused)
  return { models, files: await pairImageEncoders(files, unused), unused }
}

/** Looks into each; what goes wrong with one is its alone. Of two of one kind and name the first counts. */
async function describeAll(candidates: readonly Candidate[], hasher: FileHasher, unused: Unused[]) {
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

/** What is sound and simply not for Easel, so that a folder shared with other programs is no list of faults. */
const ofNoUse: ReadonlySet<ModelFileProblem['what']> = new Set([
  'other-family',
  'other-kind',
  'not-recognised',
  'no-base',
  'name-taken',
])

export function isOfNoUse({ error }: Unused): boolean {
  return hasCode(error, 'model-file') && ofNoUse.has(error.details.problem.what)
}
