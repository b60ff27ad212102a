/** Owns looking into one entry of the models folders: what it is by its content, and what it holds. */
import { readdir, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError, hasCode, toAppError } from '../../errors.ts'
import type { ModelFileProblem } from '../../model-problem.ts'
import { describeEmbedding } from '../text/embedding-file.ts'
import { diffusersWeightFiles } from '../weights/diffusers-layout.ts'
import { readSafetensorsHeader, type SafetensorsHeader } from '../weights/safetensors.ts'
import { describeCheckpointFile, describeVaeFile } from './checkpoint-file.ts'
import { describeDiffusersFolder, describeNetwork } from './diffusers-folder.ts'
import { type FileHasher, hashFile } from './file-hashes.ts'
import type { FileRecord } from './file-record.ts'
import type { FoundParts } from './found-parts.ts'
import { isModelKind, type ModelKind, modelKinds } from './recognise/kinds.ts'
import { recognise } from './recognise/recognise.ts'
import { type Recogniser, sdxl } from './recognise/recogniser.ts'
import type { Candidate, Unused } from './scan.ts'
import { storageOfFile, storageOfFolder } from './storage.ts'

/** A Base or a Refiner that may still need parts from elsewhere. */
export interface FoundExpert {
  readonly name: string
  readonly path: string
  readonly found: FoundParts
  /** The Base in whose folder a Refiner lies. */
  readonly belongsTo?: string
}

export interface Described {
  readonly experts: readonly FoundExpert[]
  readonly files: readonly FileRecord[]
  /** A Refiner beside a sound Base that cannot be used. */
  readonly unused: readonly Unused[]
}

const nothing: Described = { experts: [], files: [], unused: [] }

/**
 * Nothing for a file that accompanies models and is none: a text, a picture.
 * @throws AppError 'model-file' or 'model-config' for what cannot be used.
 */
export function describeCandidate(candidate: Candidate, hasher: FileHasher): Promise<Described> {
  if (!candidate.isFolder) return describeFile(candidate, hasher)
  return candidate.kind === 'checkpoint'
    ? describeCheckpointFolder(candidate, hasher)
    : describeFolder(candidate, candidate.kind, hasher)
}

async function describeFile({ kind, name, path }: Candidate, hasher: FileHasher): Promise<Described> {
  const header = await headerOf(path)
  if (!header) return nothing
  const { family } = fitting(path, header, kind)
  if (kind === 'checkpoint') {
    const found = await describeCheckpointFile(path, header, hasher)
    return { ...nothing, experts: [{ name, path, found }] }
  }
  const vae = kind === 'vae' ? await describeVaeFile(path, header, hasher) : undefined
  const hash = await hashFile(path, hasher)
  const storage = storageOfFile(path, header)
  const embedding = kind === 'embedding' ? describeEmbedding(path, header) : undefined
  const held = { ...(vae && { vae }), ...(embedding && { embedding }) }
  return { ...nothing, files: [{ kind, name, family, hash, storage, ...held }] }
}

/** Names under which people keep weights, a download that was not finished included. */
const weightsName = /\.(?:safetensors|sft|ckpt|pth?|bin|gguf|onnx|zip|7z|rar)(?:\.\w+)?$|^[^.]+$/i

/** Undefined where neither name nor content is that of weights. */
async function headerOf(path: string): Promise<SafetensorsHeader | undefined> {
  try {
    return await readSafetensorsHeader(path)
  } catch (error) {
    if (weightsName.test(basename(path)) || isCutShort(error)) throw error
    return undefined
  }
}

function isCutShort(error: unknown): boolean {
  return hasCode(error, 'model-file') && error.details.problem.what === 'truncated'
}

/** What the file is, if it is of use in a folder of that kind. @throws AppError 'model-file' saying what else it is. */
function fitting(path: string, header: SafetensorsHeader, kind: ModelKind): Recogniser {
  const refuse = (problem: ModelFileProblem) => new AppError('model-file', { file: path, problem })
  const recognised = recognise(header)
  if (!recognised) {
    const tensors = [...header.tensors.keys()].slice(0, 3)
    throw refuse({ what: 'not-recognised', tensors })
  }
  const { family } = recognised
  if (!isModelKind(recognised.kind)) throw refuse({ what: 'other-kind', kind: recognised.kind })
  if (family !== sdxl && recognised.kind !== 'upscaler') {
    throw refuse({ what: 'other-family', kind: recognised.kind, family })
  }
  if (recognised.kind === kind) return recognised
  throw refuse({ what: 'other-kind', kind: recognised.kind, folder: modelKinds[recognised.kind].folders[0] })
}

/** A folder of one model, or one with `base/` and perhaps `refiner/`. */
async function describeCheckpointFolder({ name, path }: Candidate, hasher: FileHasher): Promise<Described> {
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
  const own = `${name}/refiner`
  try {
    const refiner = { name: own, belongsTo: name, ...(await expert(join(path, 'refiner'))) }
    return { ...nothing, experts: [base, refiner] }
  } catch (error) {
    return { ...nothing, experts: [base], unused: [{ name: own, error: toAppError(error) }] }
  }
}

/** A ControlNet, a VAE … as diffusers saves one: a config.json beside its weights. */
async function describeFolder(
  { name, path }: Candidate,
  kind: Exclude<ModelKind, 'checkpoint'>,
  hasher: FileHasher,
): Promise<Described> {
  const network = await describeNetwork(path, hasher)
  const files = await diffusersWeightFiles(path)
  const first = files.find(file => file.endsWith('.safetensors')) ?? path
  const { family } = fitting(first, await readSafetensorsHeader(first), kind)
  const storage = await storageOfFolder(path, files)
  const vae = kind === 'vae' ? network : undefined
  return { ...nothing, files: [{ kind, name, family, hash: network.hash, storage, ...(vae && { vae }) }] }
}
