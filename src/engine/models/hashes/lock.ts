/**
 * The file models.lock: it pins names of models to their hashes, so a file that changed by one byte is refused rather than
 * taken for a new model. Models that it does not list may be used.
 */
import { lstat, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { refinerNameOf } from '../../../common/refiner-name.ts'
import { AppError } from '../../../errors/errors.ts'
import type { ModelFileProblem } from '../../../errors/model-problem.ts'
import { readConfigFile } from '../../weights/config-file.ts'
import type { FileRecord } from '../file-record.ts'
import type { ModelCatalogue } from '../library.ts'
import { modelKinds } from '../recognise/kinds.ts'
import type { ModelRecord } from '../record.ts'
import type { Unused } from '../scan.ts'

const lockSchema = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/))

function lockFile(modelsDir: string): string {
  return join(modelsDir, 'models.lock')
}

/**
 * The models that agree with models.lock or are not listed in it. The others go to `unused`.
 * @throws AppError 'model-file' or 'model-config' when the lock itself cannot be read, because then no model is verified.
 */
export async function keepPinned(catalogue: ModelCatalogue, modelsDir: string): Promise<ModelCatalogue> {
  const file = lockFile(modelsDir)
  const isThere = await lstat(file).then(
    () => true,
    () => false,
  )
  if (!isThere) return catalogue
  const pins = new Map(Object.entries(await readConfigFile(file, lockSchema)))
  const unused: Unused[] = [...catalogue.unused]
  const refuse = (name: string, path: string, problem: ModelFileProblem) =>
    unused.push({ name, error: new AppError('model-file', { file: path, problem }) })
  const isPinned = (name: string, found: string, path: string): boolean => {
    const expected = pins.get(name)
    if (expected === undefined || expected === found) return true
    refuse(name, path, { what: 'not-the-pinned-one', expected, found })
    return false
  }
  const models = catalogue.models.flatMap(({ refiner, ...base }): ModelRecord[] => {
    if (!isPinned(base.name, base.hash, base.storage.path)) return []
    const isSound = refiner && isPinned(refinerNameOf(base.name), refiner.hash, refiner.storage.path)
    return [isSound ? { ...base, refiner } : base]
  })
  const files = catalogue.files.filter(one => isPinned(fileName(one), one.hash, one.storage.path))
  const known = new Set([...namesOf(catalogue), ...unused.map(({ name }) => name)])
  for (const name of pins.keys()) {
    if (!known.has(name)) refuse(name, file, { what: 'pinned-missing', name })
  }
  return { models, files, unused }
}

/** Pins everything in the catalogue to its current hash. Returns the lock's path. */
export async function writeLock(catalogue: ModelCatalogue, modelsDir: string): Promise<string> {
  const pins = [
    ...catalogue.models.map(({ name, hash }) => [name, hash]),
    ...catalogue.models.flatMap(model =>
      model.refiner ? [[refinerNameOf(model.name), model.refiner.hash]] : [],
    ),
    ...catalogue.files.map(file => [fileName(file), file.hash]),
  ].sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  const file = lockFile(modelsDir)
  await writeFile(`${file}.tmp`, `${JSON.stringify(Object.fromEntries(pins), null, 2)}\n`)
  await rename(`${file}.tmp`, file)
  return file
}

function namesOf({ models, files }: ModelCatalogue): string[] {
  return [...models.flatMap(model => [model.name, refinerNameOf(model.name)]), ...files.map(fileName)]
}

/** The key includes the folder of the kind, because a LoRA and a VAE may have the same name. */
function fileName({ kind, name }: FileRecord): string {
  return `${modelKinds[kind].folders[0]}/${name}`
}
