/** The models folder with its hashes kept beside the database, so that gigabytes are read once. */
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { fileHashCache, memoryHashCache } from './engine/weights/model-hash.ts'
import { type ModelCatalogue, readModels } from './engine/weights/models.ts'

/** What lies in modelsDir. Writes nothing where there is no data folder yet, or none that may be written. */
export function readLibrary({
  modelsDir,
  dataDir,
}: Pick<Config, 'modelsDir' | 'dataDir'>): Promise<ModelCatalogue> {
  const cache = isWritable(dataDir) ? fileHashCache(join(dataDir, 'model-hashes.json')) : memoryHashCache()
  return readModels(modelsDir, cache)
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
