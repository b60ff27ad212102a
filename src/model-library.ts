/** The models that can be used: those of the models folder whose every file holds what it should. */
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { fileHashCache, memoryHashCache } from './engine/models/file-hashes.ts'
import { type ModelCatalogue, readModels } from './engine/models/library.ts'
import type { ExpertRecord, ModelRecord } from './engine/models/record.ts'
import { checkModel } from './engine/pipeline/check-model.ts'
import { type AppError, toAppError } from './errors.ts'
import { checkAdvice } from './model-advice.ts'

/**
 * What lies in modelsDir, looked through. Hashes are kept beside the database, so that gigabytes are read once; nothing
 * is written where there is no data folder yet, or none that may be written.
 */
export async function readLibrary(
  config: Pick<Config, 'modelsDir' | 'dataDir' | 'models'>,
): Promise<ModelCatalogue> {
  checkAdvice(config)
  const { modelsDir, dataDir } = config
  const cache = isWritable(dataDir) ? fileHashCache(join(dataDir, 'model-hashes.json')) : memoryHashCache()
  const { models, broken } = await readModels(modelsDir, cache)
  const usable: ModelRecord[] = []
  for (const model of models) {
    const { refiner, ...base } = model
    const faults = { base: await faultOf(base), refiner: refiner && (await faultOf(refiner)) }
    if (faults.base) broken.push({ name: model.name, error: faults.base })
    if (faults.refiner) broken.push({ name: `${model.name}/refiner`, error: faults.refiner })
    if (!faults.base) usable.push(faults.refiner ? base : model)
  }
  return { models: usable, broken }
}

/** What is wrong with a Base or a Refiner. */
async function faultOf({ parts }: ExpertRecord): Promise<AppError | undefined> {
  try {
    await checkModel(parts)
    return undefined
  } catch (error) {
    return toAppError(error)
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
