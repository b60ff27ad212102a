/** What lies in the models folder: each model's record, read from its own files; names come from here, never from people. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type AppError, toAppError } from '../../errors.ts'
import { readConfigFile } from './config-file.ts'
import type { HashCache } from './model-hash.ts'
import { hashFolder } from './model-hash.ts'
import { mismatchOf } from './refiner-match.ts'

const folder = {
  /** Diffusers folder, absolute, links resolved. */
  folder: z.string(),
  /** sha256 over every file that decides a picture. */
  hash: z.string(),
  /** Sides of a picture must be multiples of this: 8 px per latent times 2 per downsampler, 32 for SDXL's Base. */
  sizeStepPx: z.number(),
}

/** A usable model: Base with, where there is one, the Refiner that belongs to it. Crosses to workers as it is. */
export const modelRecord = z.object({
  name: z.string(),
  ...folder,
  /** What the U-Net was trained on. */
  nativeSidePx: z.number(),
  /** The sampler that its scheduler_config.json stands for, where somebody has looked. */
  sampler: z.string().optional(),
  refiner: z.object(folder).optional(),
  /** What keeps the Refiner beside the Base from belonging to it; then there is no `refiner`. */
  refinerMismatch: z.enum(['VAE', 'second text encoder']).optional(),
})
export type ModelRecord = z.infer<typeof modelRecord>

/** A folder that looks like a model and cannot be used, with the reason. */
export interface BrokenModel {
  name: string
  error: AppError
}

export interface ModelCatalogue {
  models: ModelRecord[]
  broken: BrokenModel[]
}

/**
 * Reads modelsDir: each sub-folder is a diffusers folder (with model_index.json), or holds one as `base/` and
 * perhaps another as `refiner/`. Sub-folders that hold neither are passed over.
 */
export async function readModels(modelsDir: string, cache: HashCache): Promise<ModelCatalogue> {
  const models: ModelRecord[] = []
  const broken: BrokenModel[] = []
  for (const name of subfolders(modelsDir)) {
    try {
      const record = await readModel(join(modelsDir, name), name, cache)
      if (record) models.push(record)
    } catch (error) {
      broken.push({ name, error: toAppError(error) })
    }
  }
  return { models, broken }
}

async function readModel(folder: string, name: string, cache: HashCache): Promise<ModelRecord | undefined> {
  const baseFolder = existsSync(join(folder, 'base')) ? join(folder, 'base') : folder
  if (!existsSync(join(baseFolder, 'model_index.json'))) return undefined
  const record = { name, ...(await readDiffusersFolder(baseFolder, cache)) }
  const refinerFolder = join(folder, 'refiner')
  if (!existsSync(join(refinerFolder, 'model_index.json'))) return record
  const refinerMismatch = await mismatchOf(baseFolder, refinerFolder)
  if (refinerMismatch) return { ...record, refinerMismatch }
  return { ...record, refiner: await readDiffusersFolder(refinerFolder, cache) }
}

const sizes = z.object({ block_out_channels: z.array(z.number()).min(1), sample_size: z.number().optional() })

async function readDiffusersFolder(folder: string, cache: HashCache) {
  const unet = await readConfigFile(join(folder, 'unet', 'config.json'), sizes)
  const vae = await readConfigFile(join(folder, 'vae', 'config.json'), sizes)
  const pxPerLatent = 2 ** (vae.block_out_channels.length - 1)
  const real = realpathSync(folder)
  return {
    folder: real,
    hash: await hashFolder(real, cache),
    sizeStepPx: pxPerLatent * 2 ** (unet.block_out_channels.length - 1),
    nativeSidePx: (unet.sample_size ?? 128) * pxPerLatent,
  }
}

function subfolders(dir: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter(name => !name.startsWith('.') && statSync(join(dir, name)).isDirectory())
    .sort()
}
