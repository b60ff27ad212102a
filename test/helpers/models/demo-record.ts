/** The record of the bundled model, with what each of its networks needs. */
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import type { ExpertRecord, ModelRecord } from '../../../src/engine/models/record.ts'
import { checkModel } from '../../../src/engine/pipeline/check-model.ts'
import { packageRoot } from '../../../src/system/paths.ts'

export async function readDemoRecord(): Promise<ModelRecord & { refiner: ExpertRecord }> {
  const roots = [`${packageRoot}/models`]
  const { models } = await readModels({ roots, linkTargets: [], cache: memoryHashCache() })
  const [demo] = models
  if (!demo?.refiner) throw new Error('the demo model has no Refiner')
  const refiner = { ...demo.refiner, needs: await checkModel(demo.refiner.parts) }
  return { ...demo, needs: await checkModel(demo.parts), refiner }
}
