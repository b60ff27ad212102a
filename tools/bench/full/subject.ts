/** The model of full size that is measured, and what a scene finds out about it. */
import { join, resolve } from 'node:path'
import type { CachedForm } from '../../../src/common/choices.ts'
import { fileHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { withWeights } from '../../../src/startup/model-weights.ts'

/** What a scene found. */
export interface SceneFigures {
  readonly loadMs: number
  /** The resident set's peak when all was loaded. */
  readonly loadPeakBytes: number
  /** Of each call; the first one warms up and is left out where there are others. */
  readonly callMs: readonly number[]
  /** The same in processor time, which other work beside hurts less. */
  readonly processorMs: readonly number[]
  readonly peakBytes: number
}

/** The one model of the folder, whose hashes and cached weights are kept beside it. @throws Error where there is none. */
export async function recordIn(modelsDir: string, weights?: CachedForm): Promise<ModelRecord> {
  const cacheFolder = `${resolve(modelsDir)}-cache`
  const cache = fileHashCache(join(cacheFolder, 'hashes.json'))
  const read = await readModels({ roots: [modelsDir], linkTargets: [], cache })
  const [found] = read.models
  if (!found) throw new Error(`there is no model in ${modelsDir}`)
  if (!weights) return found
  const { models } = await withWeights(read, { [found.name]: { weights } }, cacheFolder)
  return models.find(({ name }) => name === found.name) ?? found
}

/** The runtime counts it in kilobytes, on every system. */
export function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}
