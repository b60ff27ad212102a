/** Describes a model in diffusers' layout: a folder with one sub-folder per part. */
import { access, lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../errors/errors.ts'
import type { NetworkPart } from '../../networks/plan/parts.ts'
import { readScheduleJson, sdxlSchedulerFile } from '../../sampling/diffusers/scheduler-config.ts'
import type { TokenizerPart } from '../../text/tokenizer/tokenizer-part.ts'
import { readConfigFile, unreadableFile } from '../../weights/config-file.ts'
import { diffusersWeightFiles } from '../../weights/layouts/diffusers-folder.ts'
import { openWeights } from '../../weights/layouts/location.ts'
import { readOnnxFile } from '../../weights/onnx-file.ts'
import { type FileHasher, hashFile, hashTexts } from '../hashes/file-hashes.ts'
import { canonicalConfig } from '../infer/canonical-config.ts'
import { projectionOf } from '../infer/clip.ts'
import type { Json } from '../infer/weights-view.ts'
import { sdxl } from '../recognise/recogniser.ts'
import { type Storage, storageOfFolder, storageOfGraphs } from '../storage.ts'
import { familyOfFolder } from './folder-family.ts'
import type { FoundParts } from './found-parts.ts'

const config = z.record(z.string(), z.unknown())

/** The keys of model_index.json that change the result. */
const indexSchema = z.object({
  force_zeros_for_empty_prompt: z.boolean().default(true),
  /** Library and class. */
  scheduler: z.tuple([z.string(), z.string()]).optional().catch(undefined),
})

/**
 * The parts of a Base or a Refiner. A folder without the first text encoder is a Refiner. The model_index.json, the
 * scheduler, the tokenizers, the VAE and the text encoders may be missing.
 * @throws AppError 'model-file' or 'model-config' when a part cannot be used; names the file and the problem.
 */
export async function describeDiffusersFolder(folder: string, hasher: FileHasher): Promise<FoundParts> {
  await access(folder).catch(error => {
    throw unreadableFile(folder, error)
  })
  await requireSdxl(folder)
  const network = (name: string) => ifThere(join(folder, name), path => describeNetwork(path, hasher))
  const textEncoder = (name: string) => ifThere(join(folder, name), path => describeTextEncoder(path, hasher))
  const tokenizer = (name: string) => ifThere(join(folder, name), path => describeTokenizer(path, hasher))
  const index = await ifThere(join(folder, 'model_index.json'), path => readConfigFile(path, indexSchema))
  const configFile = join(folder, 'scheduler', 'scheduler_config.json')
  const schedule = (await ifThere(configFile, readScheduleJson)) ?? sdxlSchedulerFile
  // The pipeline's class takes precedence over the file's own, as in the reference.
  const className = index?.scheduler?.[1]
  const networks = {
    textEncoder: await textEncoder('text_encoder'),
    textEncoder2: await textEncoder('text_encoder_2'),
    unet: await describeNetwork(join(folder, 'unet'), hasher),
    vae:
      (await network('vae')) ??
      (await ifThere(join(folder, 'vae_decoder'), path =>
        describeOnnxVae(path, join(folder, 'vae_encoder'), hasher),
      )),
  }
  return {
    networks,
    tokenizer: await tokenizer('tokenizer'),
    tokenizer2: await tokenizer('tokenizer_2'),
    schedule: { config: { ...schedule, ...(className && { _class_name: className }) }, configFile },
    zerosForNoNegative: index?.force_zeros_for_empty_prompt,
    storage: await storageOf(folder, Object.values(networks)),
  }
}

/** Reads the family first, because checking the parts of another family's model would report missing or wrong parts instead. */
async function requireSdxl(folder: string): Promise<void> {
  const family = await familyOfFolder(folder)
  if (family === undefined || family === sdxl) return
  const problem = { what: 'other-family', kind: 'checkpoint', family } as const
  throw new AppError('model-file', { file: folder, problem })
}

/** `read(path)`; undefined if nothing exists at the path. A broken link exists. */
async function ifThere<T>(path: string, read: (path: string) => Promise<T>): Promise<T | undefined> {
  return (await isThere(path)) ? read(path) : undefined
}

async function storageOf(folder: string, parts: readonly (NetworkPart | undefined)[]): Promise<Storage> {
  const [files, graphs]: [string[], string[]] = [[], []]
  for (const part of parts) {
    if (part?.weights.layout === 'folder') files.push(...(await diffusersWeightFiles(part.weights.folder)))
    if (part?.weights.layout === 'onnx') graphs.push(...part.weights.graphs)
  }
  return graphs.length > 0 ? storageOfGraphs(folder, graphs) : storageOfFolder(folder, files)
}

/**
 * A network in its own folder: a config.json and weights.
 * @throws AppError 'model-file' or 'model-config' when either cannot be used.
 */
export async function describeNetwork(folder: string, hasher: FileHasher): Promise<NetworkPart> {
  const configFile = join(folder, 'config.json')
  const stated = await readConfigFile(configFile, config)
  const graph = join(folder, 'model.onnx')
  if (await isThere(graph)) return onnxPart([graph], stated, configFile, hasher)
  const hashes: string[] = []
  for (const file of await diffusersWeightFiles(folder)) hashes.push(await hashFile(file, hasher))
  return {
    weights: { layout: 'folder', folder },
    config: stated,
    configFile,
    hash: hashTexts(canonicalConfig(stated), ...hashes),
  }
}

/** Optimum's VAE: two graphs; the config is beside one of them. */
async function describeOnnxVae(decoder: string, encoder: string, hasher: FileHasher): Promise<NetworkPart> {
  const configFile = join(decoder, 'config.json')
  const stated = await readConfigFile(configFile, config)
  return onnxPart([join(decoder, 'model.onnx'), join(encoder, 'model.onnx')], stated, configFile, hasher)
}

async function onnxPart(
  graphs: [string, ...string[]],
  stated: Json,
  configFile: string,
  hasher: FileHasher,
): Promise<NetworkPart> {
  const hashes: string[] = []
  for (const file of await onnxFiles(graphs)) hashes.push(await hashFile(file, hasher))
  const hash = hashTexts(canonicalConfig(stated), ...hashes)
  return { weights: { layout: 'onnx', graphs }, config: stated, configFile, hash }
}

/** The graphs and the files beside them. */
async function onnxFiles(graphs: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const graph of graphs) files.push(graph, ...(await readOnnxFile(graph)).dataFiles)
  return files
}

/**
 * The weights show whether the pooled text has a projection. `architectures` does not: it names the class that saved the file, and the
 * reference uses the class of the pipeline.
 */
async function describeTextEncoder(folder: string, hasher: FileHasher): Promise<NetworkPart> {
  const part = await describeNetwork(folder, hasher)
  const config = { eos_token_id: defaultEosId, ...part.config }
  if (part.weights.layout === 'onnx') return { ...part, config }
  return { ...part, config: { ...config, ...projectionOf(await openWeights(part.weights)) } }
}

/** transformers' default for a config without the key. In checkpoints the reference uses SDXL's own configs, which have another. */
const defaultEosId = 49_407

async function describeTokenizer(folder: string, hasher: FileHasher): Promise<TokenizerPart> {
  const hashes: string[] = []
  for (const name of (await readdir(folder)).filter(name => /\.(json|txt)$/.test(name)).sort()) {
    hashes.push(name, await hashFile(join(folder, name), hasher))
  }
  return { from: 'folder', folder, hash: hashTexts(...hashes) }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
