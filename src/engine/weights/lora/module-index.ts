/** Finds a model's module by its name in a LoRA file. The programs' names are derived from the model's own names. */
import { type UNetStructure, unetNames } from '../names/unet-names.ts'

/** The networks that a LoRA can change. */
export const loraNetworks = ['unet', 'textEncoder', 'textEncoder2'] as const
export type LoraNetwork = (typeof loraNetworks)[number]

/** The tensors of each network by their diffusers names; a Refiner lacks the first text encoder. */
export type ModelTensors<T = unknown> = Readonly<Partial<Record<LoraNetwork, ReadonlyMap<string, T>>>>

export interface ModulePlace {
  readonly network: LoraNetwork
  /** Its diffusers path. */
  readonly path: string
}

export type ModuleIndex = ReadonlyMap<string, ModulePlace>

/** The prefixes of module paths, for paths with underscores and for paths with dots. */
const prefixes: Readonly<Record<LoraNetwork, { underscored: readonly string[]; dotted: readonly string[] }>> =
  {
    unet: {
      underscored: ['lora_unet_', 'lycoris_'],
      dotted: ['unet.', 'diffusion_model.', 'model.diffusion_model.', ''],
    },
    textEncoder: {
      underscored: ['lora_te1_'],
      dotted: ['text_encoder.', 'text_encoders.clip_l.transformer.', 'clip_l.'],
    },
    textEncoder2: {
      underscored: ['lora_te2_'],
      dotted: ['text_encoder_2.', 'text_encoders.clip_g.transformer.', 'clip_g.'],
    },
  }

export function moduleIndex(tensors: ModelTensors): ModuleIndex {
  const index = new Map<string, ModulePlace>()
  for (const network of loraNetworks) {
    const modules = new Set([...(tensors[network]?.keys() ?? [])].map(moduleOf))
    const others = network === 'unet' ? originalNames(modules) : shortNames
    const { underscored, dotted } = prefixes[network]
    for (const path of modules) {
      for (const name of [path, ...others(path)]) {
        for (const prefix of underscored) index.set(prefix + name.replaceAll('.', '_'), { network, path })
        for (const prefix of dotted) index.set(prefix + name, { network, path })
      }
    }
  }
  return index
}

/**
 * `base_model.model.`: PEFT's prefix of every name in a network.
 * own: the network of names without a network's prefix; absent: the U-Net.
 */
export function findModule(
  index: ModuleIndex,
  name: string,
  own: LoraNetwork = 'unet',
): ModulePlace | undefined {
  const short = name.replace(/(^|\.)base_model\.model\./, '$1')
  return index.get(name) ?? index.get(short) ?? index.get(`${prefixes[own].dotted[0]}${short}`)
}

function moduleOf(tensor: string): string {
  return tensor.slice(0, tensor.lastIndexOf('.'))
}

/** The U-Net's names in Stability's files. */
function originalNames(modules: ReadonlySet<string>): (path: string) => string[] {
  const names = unetNames(structureOf(modules))
  return path => [names.toOriginal(path)].filter(name => name !== undefined)
}

function structureOf(modules: ReadonlySet<string>): UNetStructure {
  const count = (at: (i: number) => string) => {
    let i = 0
    while (modules.has(at(i))) i++
    return i
  }
  const levels = count(level => `down_blocks.${level}.resnets.0.conv1`)
  const layers = count(layer => `down_blocks.0.resnets.${layer}.conv1`)
  const attentionUp = Array.from({ length: levels }, (_, level) =>
    modules.has(`up_blocks.${level}.attentions.0.norm`),
  )
  return { levels, layers, attentionUp }
}

/** Newer versions of transformers omit the first part of a text encoder's names. */
function shortNames(path: string): string[] {
  const first = 'text_model.'
  return path.startsWith(first) ? [path.slice(first.length)] : []
}
