/** Describes files for guidance by pictures: ControlNets, IP-Adapters and image encoders. */
import { AppError } from '../../errors/errors.ts'
import type { FileKind } from '../../errors/model-problem.ts'
import type { NetworkPart } from '../networks/plan/parts.ts'
import { below, type Naming, sourceInFile } from '../weights/file-layout.ts'
import type { WeightLocation } from '../weights/location.ts'
import type { SafetensorsHeader } from '../weights/safetensors.ts'
import type { WeightSource } from '../weights/source.ts'
import { hashTexts } from './hashes/file-hashes.ts'
import { inferClipVisionConfig } from './infer/clip-vision.ts'
import { inferControlNetConfig } from './infer/controlnet.ts'
import { decidingConfig } from './infer/deciding-config.ts'
import type { Json } from './infer/weights-view.ts'
import { HeaderView } from './recognise/header-view.ts'

/** Variants of kinds that are otherwise used and that are not built, by what they alone have. */
const notBuilt = [
  { kind: 'checkpoint', variant: 'bitsandbytes NF4 / FP4', has: /\.quant_state\.bitsandbytes__/ },
  { kind: 'controlnet', variant: 'Control-LoRA', has: /^lora_controlnet$/ },
  {
    kind: 'controlnet',
    variant: 'ControlNet Union',
    has: /^(?:control_model\.)?(?:task_embedding|control_type_embed|control_add_embedding)/,
  },
  { kind: 'controlnet', variant: 'ControlNet-LLLite', has: /^lllite_unet_/ },
  { kind: 'controlnet', variant: 'T2I-Adapter', has: /^(?:adapter\.)?body\.0\./ },
  { kind: 'vae', variant: 'TAESD', has: /^(?:[a-z_.]+\.)?\d+\.conv\.0\.weight$/ },
  {
    kind: 'ip-adapter',
    variant: 'IP-Adapter FaceID',
    has: /^image_proj\.perceiver_resampler\.|\.to_k_lora\./,
  },
  { kind: 'ip-adapter', variant: 'IP-Adapter Full Face', has: /^image_proj\.proj\.\d+\./ },
  { kind: 'lora', variant: 'OFT', has: /\.oft_(?:blocks|diag)$/ },
  { kind: 'lora', variant: 'GLoRA', has: /\.[ab]2\.weight$/ },
  { kind: 'lora', variant: 'IA³', has: /\.on_input$/ },
] as const

/** kind: that of the file. @throws AppError 'model-file' when the variant is not supported; names it. */
export function requireBuilt(file: string, header: SafetensorsHeader, kind: FileKind): void {
  const view = new HeaderView(header)
  const found = notBuilt.find(one => one.kind === kind && view.some(one.has))
  if (!found) return
  const { variant } = found
  throw new AppError('model-file', { file, problem: { what: 'variant-not-built', kind, variant } })
}

/** fileHash: sha256 of the file. */
export function controlNetInFile(file: string, header: SafetensorsHeader, fileHash: string): NetworkPart {
  const prefix = originalPrefixes.find(one => header.tensors.has(`${one}input_blocks.0.0.weight`))
  return prefix === undefined
    ? partOf(file, header, '', 'diffusers', inferControlNetConfig, fileHash)
    : partOf(file, header, prefix, 'original-controlnet', inferControlNetConfig, fileHash)
}

/** The prefixes of ControlNets under their original names: that of a whole training checkpoint, and none. */
const originalPrefixes = ['control_model.', ''] as const

export function imageEncoderInFile(file: string, header: SafetensorsHeader, fileHash: string): NetworkPart {
  return partOf(file, header, '', 'diffusers', inferClipVisionConfig, fileHash)
}

export function ipAdapterInFile(file: string): WeightLocation {
  return { layout: 'file', file, prefix: '', naming: 'diffusers' }
}

function partOf(
  file: string,
  { tensors }: SafetensorsHeader,
  prefix: string,
  naming: Naming,
  infer: (source: WeightSource) => Json,
  fileHash: string,
): NetworkPart {
  const config = infer(sourceInFile(file, below(tensors, prefix), naming))
  return {
    weights: { layout: 'file', file, prefix, naming },
    config,
    configFile: file,
    hash: hashTexts(decidingConfig(config), naming, fileHash),
  }
}
