/** Describes one entry of the models folders: its kind, by its content, and its parts. */
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { refinerNameOf } from '../../common/refiner-name.ts'
import { AppError, hasCode, toAppError } from '../../errors/errors.ts'
import type { ModelFileProblem } from '../../errors/model-problem.ts'
import { sdxlLatentChannels } from '../networks/configs/vae-config.ts'
import type { NetworkPart } from '../networks/plan/parts.ts'
import { describeEmbedding, withoutWords } from '../text/embedding-file.ts'
import { diffusersWeightFiles } from '../weights/layouts/diffusers-folder.ts'
import { loraFileOf, openLora } from '../weights/lora/open-lora.ts'
import { readSafetensorsHeader, type SafetensorsHeader } from '../weights/safetensors.ts'
import { describeCheckpointFile, describeVaeFile } from './checkpoint/checkpoint-file.ts'
import { describeDiffusersFolder, describeNetwork } from './checkpoint/diffusers-folder.ts'
import type { FoundParts } from './checkpoint/found-parts.ts'
import { controlNetInFile, imageEncoderInFile } from './control-files.ts'
import type { FileRecord } from './file-record.ts'
import { type FileHasher, hashFile, hashSections, hashTexts } from './hashes/file-hashes.ts'
import { isModelKind, type ModelKind, modelKinds } from './recognise/kinds.ts'
import { recognise } from './recognise/recognise.ts'
import { sdxl } from './recognise/recogniser.ts'
import type { ModelCandidate, Unused } from './scan.ts'
import { storageOfFile, storageOfFolder } from './storage.ts'
import { requireSupported } from './supported-variants.ts'

/** A Base or a Refiner that may still need parts from other files. */
export interface FoundExpert {
  readonly name: string
  readonly path: string
  readonly found: FoundParts
  /** The Base whose folder contains this Refiner. */
  readonly belongsTo?: string
}

export interface Described {
  readonly experts: readonly FoundExpert[]
  readonly files: readonly FileRecord[]
  /** An unusable Refiner beside a usable Base. */
  readonly unused: readonly Unused[]
}

const nothing: Described = { experts: [], files: [], unused: [] }

/**
 * Empty for a file that is not a model, such as a text or a picture.
 * @throws AppError 'model-file' or 'model-config' when the entry cannot be used.
 */
export function describeCandidate(candidate: ModelCandidate, hasher: FileHasher): Promise<Described> {
  if (!candidate.isFolder) return describeFile(candidate, hasher)
  return candidate.kind === 'checkpoint'
    ? describeCheckpointFolder(candidate, hasher)
    : describeFolder(candidate, candidate.kind, hasher)
}

async function describeFile({ kind, name, path }: ModelCandidate, hasher: FileHasher): Promise<Described> {
  const header = await headerOf(path)
  if (!header) return nothing
  const { kind: found, family } = fitting(path, header, kind)
  requireSupported(path, header, found)
  if (found === 'checkpoint') {
    const parts = await describeCheckpointFile(path, header, hasher)
    return { ...nothing, experts: [{ name, path, found: parts }] }
  }
  const hash = await hashFile(path, hasher)
  const storage = storageOfFile(path, header)
  const part = await partInFile(found, path, header, hash, hasher)
  return { ...nothing, files: [{ kind: found, name, family, hash, storage, ...part }] }
}

/** The part of the record for a file of that kind; undefined if files of the kind have no such part. */
async function partInFile(
  kind: FileRecord['kind'],
  path: string,
  header: SafetensorsHeader,
  hash: string,
  hasher: FileHasher,
): Promise<Partial<FileRecord>> {
  switch (kind) {
    case 'lora':
      return { lora: { dataHash: await dataHashOf(path, header, hasher), ...aliasIn(header) } }
    case 'vae': {
      const vae = await describeVaeFile(path, header, hasher)
      return vae ? { vae: withSdxlLatents(path, vae) } : {}
    }
    case 'embedding':
      return { embedding: await withoutWords(describeEmbedding(path, header)) }
    case 'controlnet':
      return { controlNet: controlNetInFile(path, header, hash) }
    case 'image-encoder':
      return { imageEncoder: imageEncoderInFile(path, header, hash) }
    default:
      return {}
  }
}

/** The VAE. @throws AppError 'model-file' when its latents have other channels than SDXL's. */
function withSdxlLatents(file: string, vae: NetworkPart): NetworkPart {
  const found = Number(vae.config.latent_channels ?? sdxlLatentChannels)
  if (found === sdxlLatentChannels) return vae
  const problem = { what: 'other-latents', found, expected: sdxlLatentChannels } as const
  throw new AppError('model-file', { file, problem })
}

/** The original name, which kohya's scripts write, because files are often renamed. */
function aliasIn({ metadata }: SafetensorsHeader): { alias?: string } {
  const alias = metadata.ss_output_name?.trim()
  return alias ? { alias } : {}
}

/** The hash that the trainer wrote, or else that of the file's tensors. A1111's hash does not depend on the metadata. */
async function dataHashOf(
  path: string,
  { tensors, metadata }: SafetensorsHeader,
  hasher: FileHasher,
): Promise<string> {
  const { sshs_model_hash: declared = '' } = metadata
  if (/^[0-9a-f]{64}$/i.test(declared)) return declared.toLowerCase()
  const [first] = tensors.values()
  const data = { offset: first?.offset ?? 0, length: Number.POSITIVE_INFINITY }
  const { sections } = await hashSections(path, new Map([['data', [data]]]), hasher)
  return sections.get('data') ?? ''
}

/** File names of weights, including unfinished downloads. */
const weightsName = /\.(?:safetensors|sft|ckpt|pth?|bin|gguf|onnx|zip|7z|rar)(?:\.\w+)?$/i

/** A small file without an extension is a text, such as LICENSE or put_models_here. */
const bareName = /^[^.]+$/
const maxTextBytes = 1_000_000

/** Undefined if neither the name nor the content is that of weights. */
async function headerOf(path: string): Promise<SafetensorsHeader | undefined> {
  try {
    return await readSafetensorsHeader(path)
  } catch (error) {
    if (isWeights(error) || (await isNamedLikeWeights(path))) throw error
    return undefined
  }
}

async function isNamedLikeWeights(path: string): Promise<boolean> {
  const name = basename(path)
  if (!bareName.test(name)) return weightsName.test(name)
  const size = await stat(path).then(
    one => one.size,
    () => Number.POSITIVE_INFINITY,
  )
  return size > maxTextBytes
}

/** Whether a file's content is that of weights: a truncated download, or another format. */
function isWeights(error: unknown): boolean {
  if (!hasCode(error, 'model-file')) return false
  const { problem } = error.details
  const isOtherFormat =
    problem.what === 'foreign' && (problem.format === 'pickle' || problem.format === 'gguf')
  return problem.what === 'truncated' || isOtherFormat
}

/** The file's kind and family. @throws AppError 'model-file' when it is of another kind than its folder; names it. */
function fitting(
  path: string,
  header: SafetensorsHeader,
  kind: ModelKind,
): { kind: ModelKind; family: string } {
  const refuse = (problem: ModelFileProblem) => new AppError('model-file', { file: path, problem })
  const recognised = recognise(header)
  if (!recognised) {
    const tensors = [...header.tensors.keys()].slice(0, 3)
    throw refuse({ what: 'not-recognised', tensors })
  }
  const { family, kind: found } = recognised
  if (!isModelKind(found)) throw refuse({ what: 'other-kind', kind: found })
  if (family !== sdxl && !ofAnyFamily.has(found)) throw refuse({ what: 'other-family', kind: found, family })
  const isAtHome = found === kind || (found === 'image-encoder' && kind === 'ip-adapter')
  if (isAtHome) return { kind: found, family }
  throw refuse({ what: 'other-kind', kind: found, folder: modelKinds[found].folders[0] })
}

/** Kinds that work with SDXL whatever family they were made for. */
const ofAnyFamily: ReadonlySet<ModelKind> = new Set(['upscaler', 'image-encoder'])

/** A folder with one model, or with `base/` and optionally `refiner/`. */
async function describeCheckpointFolder(
  { name, path }: ModelCandidate,
  hasher: FileHasher,
): Promise<Described> {
  const names = await readdir(path)
  const expert = async (folder: string) => ({
    path: folder,
    found: await describeDiffusersFolder(await realpath(folder), hasher),
  })
  if (names.includes('unet') || !names.includes('base')) {
    return { ...nothing, experts: [{ name, ...(await expert(path)) }] }
  }
  const base = { name, ...(await expert(join(path, 'base'))) }
  if (!names.includes('refiner')) return { ...nothing, experts: [base] }
  const own = refinerNameOf(name)
  try {
    const refiner = { name: own, belongsTo: name, ...(await expert(join(path, 'refiner'))) }
    return { ...nothing, experts: [base, refiner] }
  } catch (error) {
    return { ...nothing, experts: [base], unused: [{ name: own, error: toAppError(error) }] }
  }
}

/** A ControlNet, a VAE … in diffusers' layout: a config.json beside its weights. */
async function describeFolder(
  { name, path }: ModelCandidate,
  kind: Exclude<ModelKind, 'checkpoint'>,
  hasher: FileHasher,
): Promise<Described> {
  if (kind === 'lora') return describeAdapter({ name, path }, hasher)
  const network = await describeNetwork(path, hasher)
  const files = await diffusersWeightFiles(path)
  const first = files.find(file => file.endsWith('.safetensors')) ?? path
  const header = await readSafetensorsHeader(first)
  const { kind: found, family } = fitting(first, header, kind)
  if (found === 'checkpoint') throw new Error('a folder of one network is no checkpoint')
  requireSupported(first, header, found)
  const storage = await storageOfFolder(path, files)
  const part = partInFolder(found, path, network)
  return { ...nothing, files: [{ kind: found, name, family, hash: network.hash, storage, ...part }] }
}

/** A LoRA as PEFT writes it. Its hash is over the config, too. */
async function describeAdapter(
  { name, path }: Pick<ModelCandidate, 'name' | 'path'>,
  hasher: FileHasher,
): Promise<Described> {
  const place = { path, layout: 'folder' }
  const header = await openLora(place)
  const file = loraFileOf(place)
  const { kind, family } = fitting(file, header, 'lora')
  requireSupported(file, header, kind)
  const hash = hashTexts(JSON.stringify(header.config), await hashFile(file, hasher))
  const storage = await storageOfFolder(path, [file])
  const lora = { dataHash: await dataHashOf(file, header, hasher) }
  return { ...nothing, files: [{ kind: 'lora', name, family, hash, storage, lora }] }
}

function partInFolder(kind: FileRecord['kind'], path: string, network: NetworkPart): Partial<FileRecord> {
  switch (kind) {
    case 'vae':
      return { vae: withSdxlLatents(path, network) }
    case 'controlnet':
      return { controlNet: network }
    case 'image-encoder':
      return { imageEncoder: network }
    default:
      return {}
  }
}
