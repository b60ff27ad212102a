/** Owns describing a checkpoint that is a single file: which networks it holds, and what follows from names and shapes. */

import { sdxlSchedulerFile } from '../sampling/scheduler-config.ts'
import { below, type Naming, sourceInFile } from '../weights/file-layout.ts'
import type { WeightLocation } from '../weights/location.ts'
import type { SafetensorsHeader, StoredTensor } from '../weights/safetensors.ts'
import type { WeightSource } from '../weights/source.ts'
import { readTensor } from '../weights/tensor-values.ts'
import type { Json } from './infer.ts'
import { inferClipConfig } from './infer-clip.ts'
import { inferUNetConfig } from './infer-unet.ts'
import { inferVaeConfig } from './infer-vae.ts'

/** Where a network's tensors may stand in a file, by a tensor that it always has. */
interface Place {
  readonly prefix: string
  readonly naming: Naming
  readonly landmark: string
}

const originalUNet = { naming: 'original-unet', landmark: 'input_blocks.1.0.in_layers.0.weight' } as const
const diffusersUNet = { naming: 'diffusers', landmark: 'down_blocks.0.resnets.0.norm1.weight' } as const
const originalVae = { naming: 'original-vae', landmark: 'decoder.mid.block_1.norm1.weight' } as const
const diffusersVae = { naming: 'diffusers', landmark: 'decoder.mid_block.resnets.0.norm1.weight' } as const
const transformers = {
  naming: 'diffusers',
  landmark: 'text_model.embeddings.token_embedding.weight',
} as const
const openClip = { naming: 'open-clip', landmark: 'token_embedding.weight' } as const

/** The first that fits counts. EMA copies (`model_ema.`), `logit_scale`, `position_ids` and the like stand nowhere here. */
const places = {
  unet: [
    { prefix: 'model.diffusion_model.', ...originalUNet },
    { prefix: '', ...originalUNet },
    { prefix: 'unet.', ...diffusersUNet },
    { prefix: '', ...diffusersUNet },
  ],
  vae: [
    { prefix: 'first_stage_model.', ...originalVae },
    { prefix: 'first_stage_model.', ...diffusersVae },
    { prefix: 'vae.', ...diffusersVae },
    { prefix: '', ...originalVae },
    { prefix: '', ...diffusersVae },
  ],
  textEncoder: [
    { prefix: 'conditioner.embedders.0.transformer.', ...transformers },
    { prefix: 'text_encoder.', ...transformers },
  ],
  textEncoder2: [
    { prefix: 'conditioner.embedders.1.model.', ...openClip },
    // The Refiner has no other.
    { prefix: 'conditioner.embedders.0.model.', ...openClip },
    { prefix: 'text_encoder_2.', ...transformers },
  ],
} as const satisfies Record<string, readonly Place[]>

export type NetworkRole = keyof typeof places

/** One network that a file holds. */
export interface NetworkInFile {
  readonly weights: WeightLocation & { layout: 'file' }
  readonly source: WeightSource
  readonly config: Json
}

/** What a file holds of a model, and what it says about how it was trained. */
export interface CheckpointFile {
  readonly file: string
  readonly networks: { readonly [Role in NetworkRole]?: NetworkInFile }
  /** As a scheduler_config.json would say it. */
  readonly schedule: Json
}

/** A file's VAE alone, in any of the places where it may stand; undefined where it has none. */
export async function vaeInFile(file: string, header: SafetensorsHeader): Promise<NetworkInFile | undefined> {
  return networkIn(file, header.tensors, 'vae', source => inferVaeConfig(source))
}

export async function describeCheckpointFile(
  file: string,
  header: SafetensorsHeader,
): Promise<CheckpointFile> {
  const { tensors } = header
  const network = (role: NetworkRole, infer: (source: WeightSource) => Json) =>
    networkIn(file, tensors, role, infer)
  const latents = await edmLatents(tensors)
  const size = trainedSize(header)
  return {
    file,
    networks: {
      unet: network('unet', source => ({ ...inferUNetConfig(source), ...size })),
      vae: network('vae', source => ({ ...inferVaeConfig(source), ...latents })),
      textEncoder: network('textEncoder', source => inferClipConfig(source, 'quick_gelu')),
      textEncoder2: network('textEncoder2', source => inferClipConfig(source, 'gelu')),
    },
    schedule: scheduleOf(header),
  }
}

function networkIn(
  file: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  role: NetworkRole,
  infer: (source: WeightSource) => Json,
): NetworkInFile | undefined {
  const place = places[role].find(({ prefix, landmark }) => tensors.has(prefix + landmark))
  if (!place) return undefined
  const { prefix, naming } = place
  const source = sourceInFile(file, below(tensors, prefix), naming)
  return { weights: { layout: 'file', file, prefix, naming }, source, config: infer(source) }
}

/** The side, in latents, that the file says it was trained at. */
function trainedSize({ metadata }: SafetensorsHeader): Json {
  const [, width, height] = /^(\d{3,5})x(\d{3,5})$/.exec(metadata['modelspec.resolution'] ?? '') ?? []
  return width === undefined ? {} : { sample_size: Math.floor(Math.max(Number(width), Number(height)) / 8) }
}

/** Whether it predicts v, and whether its noise ends in noise alone: by marker tensors, or by modelspec's metadata. */
function scheduleOf({ tensors, metadata }: SafetensorsHeader): Json {
  if (tensors.has('edm_mean')) return edmSchedule
  const predictsV = tensors.has('v_pred') || /^v\b/.test(metadata['modelspec.prediction_type'] ?? '')
  return {
    ...sdxlSchedulerFile,
    prediction_type: predictsV ? 'v_prediction' : 'epsilon',
    rescale_betas_zero_snr: tensors.has('ztsnr'),
  }
}

/** Playground v2.5's own (Karras et al. 2022). */
const edmSchedule: Json = {
  _class_name: 'EDMDPMSolverMultistepScheduler',
  algorithm_type: 'dpmsolver++',
  final_sigmas_type: 'zero',
  num_train_timesteps: 1000,
  prediction_type: 'epsilon',
  rho: 7,
  sigma_data: 0.5,
  sigma_max: 80,
  sigma_min: 0.002,
  solver_order: 2,
  solver_type: 'midpoint',
}

/** Playground v2.5 carries the mean and deviation of its latents, and scales them by 0.5. */
async function edmLatents(tensors: ReadonlyMap<string, StoredTensor>): Promise<Json> {
  const [mean, deviation] = [tensors.get('edm_mean'), tensors.get('edm_std')]
  if (!mean || !deviation) return {}
  return {
    latents_mean: [...(await readTensor(mean))],
    latents_std: [...(await readTensor(deviation))],
    scaling_factor: 0.5,
  }
}
