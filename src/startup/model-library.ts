/** The usable models: those of the models folders in which every file is valid. */
import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { refinerNameOf } from '../common/refiner-name.ts'
import type { Config } from '../config/config.ts'
import type { FileRecord } from '../engine/models/file-record.ts'
import type { FileHasher } from '../engine/models/hashes/file-hashes.ts'
import { fileHashCache, type HashCache, layeredHashCache } from '../engine/models/hashes/hash-cache.ts'
import { keepPinned } from '../engine/models/hashes/lock.ts'
import { type ModelCatalogue, readModels } from '../engine/models/library.ts'
import type { ExpertRecord, ModelRecord } from '../engine/models/record.ts'
import { allowedFolders, type ModelFolders } from '../engine/models/scan.ts'
import { checkFile, checkModel } from '../engine/pipeline/check-model.ts'
import { AppError, toAppError } from '../errors/errors.ts'
import { checkModelSettings } from './model-settings.ts'
import { withWeights } from './model-weights.ts'

type Environment = Readonly<Record<string, string | undefined>>
type LibraryConfig = Pick<Config, 'modelsDir' | 'extraModelDirs' | 'modelLinkTargets' | 'dataDir' | 'models'>

/** Called for each large file that is read for its hash, once per file. */
type OnReading = (file: string, bytes: number) => void
/** The minimum size of an announced file. Smaller files are read too quickly. */
const minAnnouncedBytes = 256 * 1024 * 1024

/** The checked catalogue of the models folders, without models that differ from models.lock, with the configured weights. */
export async function readLibrary(
  config: LibraryConfig,
  onReading?: OnReading,
  env: Environment = process.env,
): Promise<ModelCatalogue> {
  const pinned = await keepPinned(await readUnpinned(config, onReading, env), config.modelsDir)
  return withWeights(pinned, config.models, join(cacheFolder(config.dataDir, env), 'weights'))
}

/** The catalogue without regard to models.lock, for writing a new lock. */
export async function readUnpinned(
  config: LibraryConfig,
  onReading?: OnReading,
  env: Environment = process.env,
): Promise<ModelCatalogue> {
  checkModelSettings(config)
  const { models, files, unused } = await readModels({
    ...foldersOf(config),
    cache: hashCache(config.dataDir, env),
    ...(onReading && { onReading: (file, bytes) => bytes >= minAnnouncedBytes && onReading(file, bytes) }),
    choices: Object.fromEntries(
      Object.entries(config.models).map(([name, { vae, textEncoders, refiner }]) => [
        name,
        { vae, textEncoders, refiner: refiner?.model },
      ]),
    ),
  })
  const usable: ModelRecord[] = []
  for (const model of models) {
    const { refiner, ...base } = model
    const checked = await checkedExpert(base)
    const checkedRefiner = refiner && (await checkedExpert(refiner))
    if (checked instanceof AppError) unused.push({ name: model.name, error: checked })
    if (checkedRefiner instanceof AppError) {
      unused.push({ name: refinerNameOf(model.name), error: checkedRefiner })
    }
    if (checked instanceof AppError) continue
    usable.push(
      checkedRefiner instanceof AppError || !checkedRefiner
        ? checked
        : { ...checked, refiner: checkedRefiner },
    )
  }
  const usableFiles: FileRecord[] = []
  for (const file of files) {
    const checked = await recheckFile(file)
    if (checked instanceof AppError) unused.push({ name: file.name, error: checked })
    else usableFiles.push(checked)
  }
  return { models: usable, files: usableFiles, unused }
}

/** The expert with the memory that it needs to run, or its fault. */
async function checkedExpert<Expert extends ExpertRecord>(expert: Expert): Promise<Expert | AppError> {
  try {
    return { ...expert, needs: await checkModel(expert.parts) }
  } catch (error) {
    return toAppError(error)
  }
}

async function recheckFile(file: FileRecord): Promise<FileRecord | AppError> {
  try {
    return { ...file, ...(await checkFile(file)) }
  } catch (error) {
    return toAppError(error)
  }
}

/** The hasher for files of the models folders, with the cached hashes of files that were read before. */
export async function modelHasher(
  config: LibraryConfig,
  env: Environment = process.env,
): Promise<FileHasher> {
  return { cache: hashCache(config.dataDir, env), allowed: await allowedFolders(foldersOf(config)) }
}

function foldersOf({ modelsDir, extraModelDirs, modelLinkTargets }: LibraryConfig): ModelFolders {
  return { roots: [modelsDir, ...extraModelDirs], linkTargets: modelLinkTargets }
}

/**
 * Hashes are cached beside the database. Without a data folder they are cached in the user's cache folder, which is also
 * searched later.
 */
function hashCache(dataDir: string, env: Environment): HashCache {
  const usersOwn = fileHashCache(join(userCacheFolder(env), 'easel', 'model-hashes.json'))
  if (!isWritable(dataDir)) return usersOwn
  return layeredHashCache(fileHashCache(join(dataDir, 'model-hashes.json')), usersOwn)
}

/** Easel's own folder for files that can always be made again. */
function cacheFolder(dataDir: string, env: Environment): string {
  return isWritable(dataDir) ? join(dataDir, 'cache') : join(userCacheFolder(env), 'easel')
}

/** The system's folder for a user's caches: the XDG base directories, or the equivalents of macOS and Windows. */
function userCacheFolder(env: Environment): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches')
  if (process.platform === 'win32') return env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local')
  return env.XDG_CACHE_HOME || join(homedir(), '.cache')
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
