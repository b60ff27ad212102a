/** Why a model's file cannot be used, in English. */
import type {
  EntryFault,
  FileKind,
  ForeignFormat,
  HeaderFault,
  MissingPart,
  ModelConfigProblem,
  ModelFileProblem,
  ValueKind,
} from '../../../errors/model-problem.ts'
import { excerptFacts } from '../../excerpt.ts'
import { type ReasonTable, reasonIn } from '../../reason-table.ts'

/** One sentence. */
export function modelFileRefusal(file: string, problem: ModelFileProblem): string {
  return `The model file ${file} cannot be used: ${fileReason(problem)}.`
}

/** One sentence. An empty `key` means the whole file. */
export function modelConfigRefusal(file: string, key: string, problem: ModelConfigProblem): string {
  return `${file} asks for something Easel cannot build: ${key || 'it'} ${configReason(problem)}.`
}

const fileReasons: ReasonTable<ModelFileProblem> = {
  missing: () => 'it does not exist',
  unreadable: p => systemReasons[p.code] ?? `it cannot be read (${p.code})`,
  'not-a-file': () => 'it is no regular file',
  'too-large': p => `it has ${p.bytes} bytes, the limit is ${p.limitBytes}`,
  'not-a-folder': () => 'it is no folder',
  'too-deep': p => `it lies more than ${p.limit} folders deep`,
  'too-many-files': p => `the models folders hold more than ${p.limit} files`,
  'dangling-link': p => `it is a link to ${p.target}, which does not exist`,
  'outside-link': p =>
    `it is a link out of the models folder, to ${p.target}; name a folder around that under modelLinkTargets to allow it`,
  'name-taken': p => `its name is taken by ${p.by}`,
  'name-not-utf8': () => 'its name is not UTF-8: rename it',
  'name-unusable': () => 'its name holds control characters',
  'not-the-pinned-one': p =>
    `models.lock pins it to ${p.expected.slice(0, 10)}…, but it is ${p.found.slice(0, 10)}…`,
  'pinned-missing': p => `it pins “${p.name}”, which is not there`,
  'other-family': p => `it is ${kinds[p.kind]} for ${p.family}; Easel paints with SDXL`,
  'other-kind': p =>
    p.folder === undefined
      ? `it is ${kinds[p.kind]}, which is of no use by itself`
      : `it is ${kinds[p.kind]}; those belong into the folder ${p.folder}/`,
  'not-recognised': p =>
    p.tensors.length === 0
      ? 'it holds no tensors'
      : `it is none of the kinds of model that Easel knows; its first tensors are ${p.tensors.join(', ')}`,
  'variant-not-built': p => `it is ${kinds[p.kind]} of a variant that Easel cannot use: ${p.variant}`,
  'no-image-encoder': p =>
    `no image encoder of width ${p.width} lies beside it; that of its authors belongs into the folder clip_vision/`,
  'part-missing': p =>
    `it has no ${missingParts[p.part]}; ${p.key} in the configuration names where to take ${p.part === 'vae' ? 'it' : 'them'} from`,
  'no-base': () => 'it is a Refiner, and no model is there that it belongs to',
  'other-latents': p => `its latents have ${p.found} channels; SDXL’s have ${p.expected}`,
  'other-width': p =>
    `it is ${kinds[p.kind]} for text of width ${p.found.join(' and ')}; the models here have ${p.expected.join(' and ')}`,
  'not-json': () => 'it is not valid JSON',
  'no-weights': () => 'it holds no .safetensors file',
  'only-pickle': p =>
    `it holds only a pickle (${p.name}), which can run code when opened; only .safetensors is read`,
  foreign: p => foreignFormats[p.format],
  'too-short': p => `it has only ${p.bytes} bytes`,
  'header-size': p =>
    `it claims a header of ${p.claimedBytes} bytes, more than ${p.limitBytes}: it is damaged or not safetensors`,
  header: p => headerFaults[p.fault],
  'too-many-tensors': p => `it has more than ${p.limit} tensors`,
  'key-twice': p => `its header is not to be trusted: the key "${p.key}" comes twice`,
  'key-forbidden': p => `its header is not to be trusted: it has a key named "${p.key}"`,
  truncated: p =>
    `it is cut short: ${p.expectedBytes - p.foundBytes} of its ${p.expectedBytes} bytes are missing. Download it again`,
  'became-shorter': () => 'it became shorter while it was read',
  gap: p => `its tensors do not lie side by side: there is a hole before "${p.tensor}"`,
  overlap: p => `its tensors do not lie side by side: there is an overlap at "${p.tensor}"`,
  'extra-bytes': p => `it has ${p.bytes} bytes that belong to no tensor`,
  'tensor-entry': p => `its tensor "${p.tensor}" ${entryFaults[p.fault](p.found)}`,
  'tensor-length': p =>
    `its tensor "${p.tensor}" should take ${p.expectedBytes === '2^53' ? 'more than 2^53' : p.expectedBytes} bytes by its shape but has ${p.foundBytes}`,
  'tensor-missing': p => `it has no tensor "${p.tensor}"`,
  'tensor-shape': p =>
    `"${p.tensor}" should be ${shape(p.expected)} by its config.json but is ${shape(p.found)}`,
  'tensor-dtype': p =>
    `"${p.tensor}" is ${p.dtype}, which cannot be computed with${p.usable.length === 0 ? '' : `; weights can be ${p.usable.join(', ')}`}`,
  'scale-unknown': p => `its tensor "${p.tensor}" scales weights in a way that Easel does not know`,
  'not-onnx': () => 'it is no ONNX graph',
  'onnx-weights': () =>
    'its weights lie inside an ONNX graph, which runs as it is: nothing can be added to it or looked up in it',
  'embedding-vectors': p =>
    p.found < 1
      ? `"${p.tensor}" holds no vectors`
      : `"${p.tensor}" holds ${p.found} vectors; a prompt has room for ${p.most}`,
  'lora-shape': p =>
    `its module "${p.module}" has factors of ${p.found.map(shape).join(' and ')}, which do not make the model's weight of ${shape(p.expected)}`,
  'lora-unmatched': p =>
    `none of its ${p.modules} modules is one of the model's; they are called ${p.examples.join(', ')}`,
  'not-finite': p => `its tensor "${p.tensor}" holds numbers that are not finite`,
  'not-an-index': () => 'it is not an index of shards',
  'shard-name': p => `"${p.shard}" is not the name of a file beside it`,
  'shard-lacks': p => `it lacks "${p.tensor}", which the index promises`,
  'no-merges': () => 'it holds no merges',
  'token-beyond': p =>
    `it has a token with the id ${p.id}, and the text encoder beside it knows ${p.vocabulary}`,
  'token-missing': p => `the vocabulary has no ${p.token}`,
}

/** The problem, as the end of a sentence. */
export function fileReason(problem: ModelFileProblem): string {
  const p = excerptFacts(problem)
  return reasonIn(fileReasons, p.what, p)
}

const configReasons: ReasonTable<ModelConfigProblem> = {
  kind: p => (p.found === '' ? 'is missing' : `is ${p.found}, which is not ${valueKinds[p.expected]}`),
  value: p => `is ${p.found || 'missing'}, but only ${p.supported.join(' or ')} is supported`,
  below: p => `is ${p.found}; it must be ${p.exclusive ? 'more than' : 'at least'} ${p.minimum}`,
  above: p => `is ${p.found}; it must be ${p.exclusive ? 'less than' : 'at most'} ${p.maximum}`,
  'noise-without-end': () => 'makes noise that grows beyond all numbers',
  'not-sdxl': () => 'is not "text_time": this is no SDXL model',
  entries: p => `has ${p.found} entries for ${p.levels} levels`,
  depths: p => `has a list of ${p.found} depths for a block of ${p.blocks} transformers`,
  'not-multiple': p => `has ${p.found}, no multiple of ${p.key} (${p.of})`,
  'not-divisor': p => `is ${p.found}, which does not divide ${p.key} (${p.of})`,
  heads: p => `has ${p.heads} heads for ${p.channels} channels`,
  differs: p => `is ${p.found}, but ${p.key} is ${p.from}`,
  channels: p => `is ${p.found}; with a VAE of ${p.latents} channels it must be ${p.allowed.join(' or ')}`,
  'text-width': p => `is ${p.found}, but the text encoders give ${p.given}`,
  'added-width': p =>
    `is ${p.found}, which is not the pooled text (${p.pooled}) and 5 or 6 ids of ${p.idWidth}`,
}

function configReason(problem: ModelConfigProblem): string {
  const p = excerptFacts(problem)
  return reasonIn(configReasons, p.what, p)
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: 'reading it is not allowed',
  EPERM: 'reading it is not allowed',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of its path is not a folder',
  ELOOP: 'its links lead in a circle',
  EIO: 'the disk failed',
}

const foreignFormats: Record<ForeignFormat, string> = {
  pickle: 'it is a Python pickle, which can run code when opened; only .safetensors is read',
  'lfs-pointer': 'it is a Git LFS pointer and not the weights themselves; "git lfs pull" fetches them',
  onnx: 'it is an ONNX file by itself; only whole folders of ONNX files are read',
  archive: 'it is an archive; unpack it first',
  gguf: 'it is a GGUF file; only .safetensors is read',
  'web-page': 'it is a web page and not the weights: the site may have asked for a login. Download it again',
  text: 'it is a text and not the weights: the site may have answered with an error. Download it again',
}

const kinds: Record<FileKind, string> = {
  checkpoint: 'a checkpoint',
  lora: 'a LoRA',
  embedding: 'an embedding (textual inversion)',
  vae: 'a VAE',
  controlnet: 'a ControlNet',
  'ip-adapter': 'an IP-Adapter',
  upscaler: 'an upscaler',
  'text-encoder': 'a text encoder',
  'image-encoder': 'an image encoder',
}

const missingParts: Record<MissingPart, string> = { vae: 'VAE', 'text-encoders': 'text encoders' }

const headerFaults: Record<HeaderFault, string> = {
  'not-utf8': 'its header is not UTF-8 text',
  'not-json': 'its header is not valid JSON',
  'not-an-object': 'its header is not a JSON object: it is no .safetensors file',
  metadata: 'its __metadata__ is not text by name',
}

const entryFaults: Record<EntryFault, (found: string) => string> = {
  description: () => 'has no description',
  'unknown-key': found => `has an unknown key ${found}`,
  dtype: found => `has an unknown dtype ${found}`,
  shape: () => 'has no valid shape',
  offsets: () => 'has no valid data_offsets',
}

const valueKinds: Record<ValueKind, string> = {
  'whole-number': 'a whole number',
  number: 'a number',
  text: 'text',
  'true-or-false': 'true or false',
  list: 'a list',
  object: 'an object',
  other: 'understood',
}

const shape = (sizes: readonly number[]) => `[${sizes.join(', ')}]`
