/** Owns describing a model that diffusers saved: a folder with one sub-folder per part. */
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { NetworkPart } from '../networks/parts.ts'
import { readScheduleJson } from '../sampling/scheduler-config.ts'
import type { TokenizerPart } from '../text/tokenizer-part.ts'
import { readConfigFile } from '../weights/config-file.ts'
import { diffusersWeightFiles } from '../weights/diffusers-layout.ts'
import { decidingConfig } from './deciding-config.ts'
import { type HashCache, hashFile, hashTexts } from './file-hashes.ts'
import type { ExpertParts } from './record.ts'

const config = z.record(z.string(), z.unknown())

/** The habits of a pipeline that it names itself. */
const indexSchema = z.object({
  force_zeros_for_empty_prompt: z.boolean().default(true),
  /** Library and class. */
  scheduler: z.tuple([z.string(), z.string()]).optional().catch(undefined),
})

/**
 * The parts of a Base or a Refiner. Whether it is one or the other follows from the folder: a Refiner has no first text
 * encoder.
 * @throws AppError 'model-file' or 'model-config', naming what is missing or wrong.
 */
export async function describeDiffusersFolder(folder: string, cache: HashCache): Promise<ExpertParts> {
  if (!(await exists(folder)))
    throw new AppError('model-file', { file: folder, problem: { what: 'missing' } })
  const network = (name: string) => describeNetwork(join(folder, name), cache)
  const tokenizer = (name: string) => describeTokenizer(join(folder, name), cache)
  const isBase = await exists(join(folder, 'text_encoder'))
  const index = await readConfigFile(join(folder, 'model_index.json'), indexSchema)
  const configFile = join(folder, 'scheduler', 'scheduler_config.json')
  return {
    networks: {
      ...(isBase && { textEncoder: await network('text_encoder') }),
      textEncoder2: await network('text_encoder_2'),
      unet: await network('unet'),
      vae: await network('vae'),
    },
    ...(isBase && { tokenizer: await tokenizer('tokenizer') }),
    tokenizer2: await tokenizer('tokenizer_2'),
    schedule: { config: await scheduleOf(configFile, index.scheduler?.[1]), configFile },
    zerosForNoNegative: index.force_zeros_for_empty_prompt,
  }
}

/** The class that the pipeline names counts before the file's own, as in the reference. */
async function scheduleOf(configFile: string, className: string | undefined) {
  const said = await readScheduleJson(configFile)
  return className === undefined ? said : { ...said, _class_name: className }
}

async function describeNetwork(folder: string, cache: HashCache): Promise<NetworkPart> {
  const configFile = join(folder, 'config.json')
  const said = await readConfigFile(configFile, config)
  const hashes: string[] = []
  for (const file of await diffusersWeightFiles(folder)) hashes.push(await hashFile(file, cache))
  return {
    weights: { layout: 'folder', folder },
    config: said,
    configFile,
    hash: hashTexts(decidingConfig(said), ...hashes),
  }
}

async function describeTokenizer(folder: string, cache: HashCache): Promise<TokenizerPart> {
  const names = (await exists(folder)) ? await readdir(folder) : []
  const hashes: string[] = []
  for (const name of names.filter(name => /\.(json|txt)$/.test(name)).sort()) {
    hashes.push(name, await hashFile(join(folder, name), cache))
  }
  return { from: 'folder', folder: await realpath(folder).catch(() => folder), hash: hashTexts(...hashes) }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
