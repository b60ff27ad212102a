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
import { quotable } from '../../excerpt.ts'

/** One sentence. */
export function modelFileRefusal(file: string, problem: ModelFileProblem): string {
  return `The model file ${file} cannot be used: ${fileReason(problem)}.`
}

/** One sentence. An empty `key` means the whole file. */
export function modelConfigRefusal(file: string, key: string, problem: ModelConfigProblem): string {
  return `${file} asks for something Easel cannot build: ${key || 'it'} ${configReason(problem)}.`
}

/** The problem, as the end of a sentence. */
export function fileReason(problem: ModelFileProblem): string {
  const p = quotable(problem)
  switch (p.what) {
    case 'missing':
      return 'it does not exist'
    case 'unreadable':
      return systemReasons[p.code] ?? `it cannot be read (${p.code})`
    case 'not-a-file':
      return 'it is no regular file'
    case 'too-large':
      return `it has ${p.bytes} bytes, the limit is ${p.limitBytes}`
    case 'not-a-folder':
      return 'it is no folder'
    case 'too-deep':
      return `it lies more than ${p.limit} folders deep`
    case 'too-many-files':
      return `the models folders hold more than ${p.limit} files`
    case 'dangling-link':
      return `it is a link to ${p.target}, which does not exist`
    case 'outside-link':
      return `it is a link out of the models folder, to ${p.target}; name a folder around that under modelLinkTargets to allow it`
    case 'name-taken':
      return `its name is taken by ${p.by}`
    case 'name-not-utf8':
      return 'its name is not UTF-8: rename it'
    case 'name-unusable':
      return 'its name holds control characters'
    case 'not-the-pinned-one':
      return `models.lock pins it to ${p.expected.slice(0, 10)}…, but it is ${p.found.slice(0, 10)}…`
    case 'pinned-missing':
      return `it pins “${p.name}”, which is not there`
    case 'other-family':
      return `it is ${kinds[p.kind]} for ${p.family}; Easel paints with SDXL`
    case 'other-kind':
      return p.folder === undefined
        ? `it is ${kinds[p.kind]}, which is of no use by itself`
        : `it is ${kinds[p.kind]}; those belong into the folder ${p.folder}/`
    case 'not-recognised':
      return p.tensors.length === 0
        ? 'it holds no tensors'
        : `it is none of the kinds of model that Easel knows; its first tensors are ${p.tensors.join(', ')}`
    case 'variant-not-built':
      return `it is ${kinds[p.kind]} of a variant that Easel cannot use: ${p.variant}`
    case 'no-image-encoder':
      return `no image encoder of width ${p.width} lies beside it; that of its authors belongs into the folder clip_vision/`
    case 'part-missing':
      return `it has no ${missingParts[p.part]}; ${p.key} in the configuration names where to take ${p.part === 'vae' ? 'it' : 'them'} from`
    case 'no-base':
      return 'it is a Refiner, and no model is there that it belongs to'
    case 'other-latents':
      return `its latents have ${p.found} channels; SDXL’s have ${p.expected}`
    case 'other-width':
      return `it is ${kinds[p.kind]} for text of width ${p.found.join(' and ')}; the models here have ${p.expected.join(' and ')}`
    case 'not-json':
      return 'it is not valid JSON'
    case 'no-weights':
      return 'it holds no .safetensors file'
    case 'only-pickle':
      return `it holds only a pickle (${p.name}), which can run code when opened; only .safetensors is read`
    case 'foreign':
      return foreignFormats[p.format]
    case 'too-short':
      return `it has only ${p.bytes} bytes`
    case 'header-size':
      return `it claims a header of ${p.claimedBytes} bytes, more than ${p.limitBytes}: it is damaged or not safetensors`
    case 'header':
      return headerFaults[p.fault]
    case 'too-many-tensors':
      return `it has more than ${p.limit} tensors`
    case 'key-twice':
      return `its header is not to be trusted: the key "${p.key}" comes twice`
    case 'key-forbidden':
      return `its header is not to be trusted: it has a key named "${p.key}"`
    case 'truncated':
      return `it is cut short: ${p.expectedBytes - p.foundBytes} of its ${p.expectedBytes} bytes are missing. Download it again`
    case 'became-shorter':
      return 'it became shorter while it was read'
    case 'gap':
      return `its tensors do not lie side by side: there is a hole before "${p.tensor}"`
    case 'overlap':
      return `its tensors do not lie side by side: there is an overlap at "${p.tensor}"`
    case 'extra-bytes':
      return `it has ${p.bytes} bytes that belong to no tensor`
    case 'tensor-entry':
      return `its tensor "${p.tensor}" ${entryFaults[p.fault](p.found)}`
    case 'tensor-length':
      return `its tensor "${p.tensor}" should take ${p.expectedBytes === '2^53' ? 'more than 2^53' : p.expectedBytes} bytes by its shape but has ${p.foundBytes}`
    case 'tensor-missing':
      return `it has no tensor "${p.tensor}"`
    case 'tensor-shape':
      return `"${p.tensor}" should be ${shape(p.expected)} by its config.json but is ${shape(p.found)}`
    case 'tensor-dtype':
      return `"${p.tensor}" is ${p.dtype}, which cannot be computed with${p.usable.length === 0 ? '' : `; weights can be ${p.usable.join(', ')}`}`
    case 'not-onnx':
      return 'it is no ONNX graph'
    case 'onnx-weights':
      return 'its weights lie inside an ONNX graph, which runs as it is: nothing can be added to it or looked up in it'
    case 'embedding-vectors':
      return p.found < 1
        ? `"${p.tensor}" holds no vectors`
        : `"${p.tensor}" holds ${p.found} vectors; a prompt has room for ${p.most}`
    case 'lora-shape':
      return `its module "${p.module}" has factors of ${p.found.map(shape).join(' and ')}, which do not make the model's weight of ${shape(p.expected)}`
    case 'lora-unmatched':
      return `none of its ${p.modules} modules is one of the model's; they are called ${p.examples.join(', ')}`
    case 'not-finite':
      return `its tensor "${p.tensor}" holds numbers that are not finite`
    case 'not-an-index':
      return 'it is not an index of shards'
    case 'shard-name':
      return `"${p.shard}" is not the name of a file beside it`
    case 'shard-lacks':
      return `it lacks "${p.tensor}", which the index promises`
    case 'no-merges':
      return 'it holds no merges'
    case 'token-beyond':
      return `it has a token with the id ${p.id}, and the text encoder beside it knows ${p.vocabulary}`
    case 'token-missing':
      return `the vocabulary has no ${p.token}`
  }
}

function configReason(problem: ModelConfigProblem): string {
  const p = quotable(problem)
  switch (p.what) {
    case 'kind':
      return p.found === '' ? 'is missing' : `is ${p.found}, which is not ${valueKinds[p.expected]}`
    case 'value':
      return `is ${p.found || 'missing'}, but only ${p.supported.join(' or ')} is supported`
    case 'below':
      return `is ${p.found}; it must be ${p.exclusive ? 'more than' : 'at least'} ${p.minimum}`
    case 'above':
      return `is ${p.found}; it must be ${p.exclusive ? 'less than' : 'at most'} ${p.maximum}`
    case 'noise-without-end':
      return 'makes noise that grows beyond all numbers'
    case 'not-sdxl':
      return 'is not "text_time": this is no SDXL model'
    case 'entries':
      return `has ${p.found} entries for ${p.levels} levels`
    case 'depths':
      return `has a list of ${p.found} depths for a block of ${p.blocks} transformers`
    case 'not-multiple':
      return `has ${p.found}, no multiple of ${p.key} (${p.of})`
    case 'not-divisor':
      return `is ${p.found}, which does not divide ${p.key} (${p.of})`
    case 'heads':
      return `has ${p.heads} heads for ${p.channels} channels`
    case 'differs':
      return `is ${p.found}, but ${p.key} is ${p.from}`
    case 'channels':
      return `is ${p.found}; with a VAE of ${p.latents} channels it must be ${p.allowed.join(' or ')}`
    case 'text-width':
      return `is ${p.found}, but the text encoders give ${p.given}`
    case 'added-width':
      return `is ${p.found}, which is not the pooled text (${p.pooled}) and 5 or 6 ids of ${p.idWidth}`
  }
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
