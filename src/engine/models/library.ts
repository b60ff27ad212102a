/** Owns what lies in the models folder; names come from here, never from people. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type AppError, toAppError } from '../../errors.ts'
import type { NetworkPart } from '../networks/parts.ts'
import { type ModelSchedule, parseSchedule } from '../sampling/scheduler-config.ts'
import { parseConfig } from '../weights/config-file.ts'
import { describeDiffusersFolder } from './diffusers-folder.ts'
import { type HashCache, hashTexts } from './file-hashes.ts'
import type { ExpertParts, ExpertRecord, ModelRecord } from './record.ts'
import { mismatchOf } from './refiner-match.ts'

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
    const folder = join(modelsDir, name)
    try {
      const base = await readBase(folder, name, cache)
      if (base) models.push(await withRefiner(base, folder, cache, broken))
    } catch (error) {
      broken.push({ name, error: toAppError(error) })
    }
  }
  return { models, broken }
}

async function readBase(folder: string, name: string, cache: HashCache): Promise<ModelRecord | undefined> {
  const baseFolder = existsSync(join(folder, 'base')) ? join(folder, 'base') : folder
  if (!existsSync(join(baseFolder, 'model_index.json'))) return undefined
  const base = await readFolder(baseFolder, cache)
  const { config, configFile } = base.parts.schedule
  const schedule = parseSchedule(config, configFile)
  const sampler = schedule.sampler.kind.name
  const scheduler = schedulerFacts(schedule)
  return { name, ...base, nativeSidePx: nativeSideOf(base.parts), sampler, scheduler }
}

function schedulerFacts({ notBuilt, keys, config }: ModelSchedule): ModelRecord['scheduler'] {
  const key = notBuilt?.what === 'key' ? notBuilt.key : undefined
  return {
    notBuilt: notBuilt && { className: notBuilt.className, key },
    zeroTerminalSnr: keys.rescale_betas_zero_snr === true,
    edm: config.edm !== undefined,
  }
}

/** A Refiner that cannot be used takes nothing away from its Base. */
async function withRefiner(
  base: ModelRecord,
  folder: string,
  cache: HashCache,
  broken: BrokenModel[],
): Promise<ModelRecord> {
  const refinerFolder = join(folder, 'refiner')
  if (!existsSync(join(refinerFolder, 'model_index.json'))) return base
  try {
    const refiner = await readFolder(refinerFolder, cache)
    const refinerMismatch = await mismatchOf(base.parts.networks, refiner.parts.networks)
    return refinerMismatch ? { ...base, refinerMismatch } : { ...base, refiner }
  } catch (error) {
    broken.push({ name: `${base.name}/refiner`, error: toAppError(error) })
    return base
  }
}

async function readFolder(folder: string, cache: HashCache): Promise<ExpertRecord> {
  const parts = await describeDiffusersFolder(realpathSync(folder), cache)
  return { parts, hash: hashOf(parts), sizeStepPx: pxPerLatent(parts) }
}

/** Over all parts by their roles, so that the same weights in another role are another model. */
function hashOf({ networks, tokenizer, tokenizer2, schedule, zerosForNoNegative }: ExpertParts): string {
  return hashTexts(
    ...Object.entries(networks).flatMap(([role, part]) => [role, part.hash]),
    tokenizer?.hash ?? '',
    tokenizer2.hash,
    JSON.stringify(schedule.config),
    String(zerosForNoNegative),
  )
}

const sizes = z.object({ block_out_channels: z.array(z.number()).min(1), sample_size: z.number().optional() })

function sizesOf({ config, configFile }: NetworkPart): z.infer<typeof sizes> {
  return parseConfig(configFile, config, sizes)
}

function pxPerLatent({ networks }: ExpertParts): number {
  return 2 ** (sizesOf(networks.vae).block_out_channels.length - 1)
}

function nativeSideOf(parts: ExpertParts): number {
  return (sizesOf(parts.networks.unet).sample_size ?? 128) * pxPerLatent(parts)
}

function subfolders(dir: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter(name => !name.startsWith('.') && statSync(join(dir, name)).isDirectory())
    .sort()
}
