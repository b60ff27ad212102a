/** Describes files that control a picture by pictures: ControlNets, IP-Adapters and image encoders. */
import type { NetworkPart } from '../networks/plan/parts.ts'
import type { WeightLocation } from '../weights/layouts/location.ts'
import { below, type Naming, sourceInFile } from '../weights/layouts/single-file.ts'
import type { SafetensorsHeader } from '../weights/safetensors.ts'
import type { WeightSource } from '../weights/source.ts'
import { hashTexts } from './hashes/file-hashes.ts'
import { canonicalConfig } from './infer/canonical-config.ts'
import { inferClipVisionConfig } from './infer/clip-vision.ts'
import { inferControlNetConfig } from './infer/controlnet.ts'
import type { Json } from './infer/weights-view.ts'

/** `fileHash`: sha256 of the file. */
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
    hash: hashTexts(canonicalConfig(config), naming, fileHash),
  }
}
