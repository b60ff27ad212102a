/** The models that can be used: those of the models folder whose every file holds what it should. */
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { checkModel } from './engine/pipeline/check-model.ts'
import { readScheduleFile } from './engine/sampling/scheduler-config.ts'
import { fileHashCache, memoryHashCache } from './engine/weights/model-hash.ts'
import { type ModelCatalogue, type ModelRecord, readModels } from './engine/weights/models.ts'
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
    const checked = await check(model)
    if (checked.kind === 'usable') usable.push(checked.model)
    else broken.push({ name: model.name, error: checked.error })
  }
  return { models: usable, broken }
}

type Checked = { kind: 'usable'; model: ModelRecord } | { kind: 'broken'; error: AppError }

async function check(model: ModelRecord): Promise<Checked> {
  try {
    await checkModel(model.folder)
    if (model.refiner) await checkModel(model.refiner.folder)
    const { sampler } = await readScheduleFile(join(model.folder, 'scheduler', 'scheduler_config.json'))
    return { kind: 'usable', model: { ...model, sampler: sampler.kind.name } }
  } catch (error) {
    return { kind: 'broken', error: toAppError(error) }
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
