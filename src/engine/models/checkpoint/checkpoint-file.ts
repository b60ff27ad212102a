/** Describes a single-file checkpoint: its networks, and their configurations inferred from names and shapes. */
import type { NetworkPart } from '../../networks/plan/parts.ts'
import { sdxlSchedulerFile } from '../../sampling/diffusers/scheduler-config.ts'
import type { WeightLocation } from '../../weights/layouts/location.ts'
import { below, type Naming, sourceInFile } from '../../weights/layouts/single-file.ts'
import type { SafetensorsHeader, StoredTensor } from '../../weights/safetensors.ts'
import type { WeightSource } from '../../weights/source.ts'
import { readTensor } from '../../weights/tensor-values.ts'
import { type ByteRange, type FileHasher, hashSections, hashTexts } from '../hashes/file-hashes.ts'
import { canonicalConfig } from '../infer/canonical-config.ts'
import { inferClipConfig } from '../infer/clip.ts'
import { inferUNetConfig } from '../infer/unet.ts'
import { inferVaeConfig } from '../infer/vae.ts'
import type { Json } from '../infer/weights-view.ts'
import { storageOfFile } from '../storage.ts'
import type { FoundParts } from './found-parts.ts'

/** A possible prefix of a network's tensors in a file, identified by a tensor that every such network has. */
interface NetworkLocation {
  readonly prefix: string
  readonly naming: Naming
  readonly knownTensor: string
}

const originalUNet = { naming: 'original-unet', knownTensor: 'input_blocks.1.0.in_layers.0.weight' } as const
const diffusersUNet = { naming: 'diffusers', knownTensor: 'down_blocks.0.resnets.0.norm1.weight' } as const
const originalVae = { naming: 'original-vae', knownTensor: 'decoder.mid.block_1.norm1.weight' } as const
const diffusersVae = { naming: 'diffusers', knownTensor: 'decoder.mid_block.resnets.0.norm1.weight' } as const
const transformers = {
  naming: 'diffusers',
  knownTensor: 'text_model.embeddings.token_embedding.weight',
} as const
const openClip = { naming: 'open-clip', knownTensor: 'token_embedding.weight' } as const

/** The first match counts. EMA copies (`model_ema.`), `logit_scale`, `position_ids` and the like are ignored. */
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
    // The Refiner has only this one.
    { prefix: 'conditioner.embedders.0.model.', ...openClip },
    { prefix: 'text_encoder_2.', ...transformers },
  ],
} as const satisfies Record<string, readonly NetworkLocation[]>

type NetworkRole = keyof typeof places
const roles = ['unet', 'vae', 'textEncoder', 'textEncoder2'] as const satisfies readonly NetworkRole[]

/** A network in a file, before its weights are hashed. */
interface NetworkInFile {
  readonly weights: WeightLocation & { layout: 'file' }
  readonly config: Json
}

/** Describes a checkpoint in a single file. @throws AppError 'model-file' when the file cannot be read to its end. */
export async function describeCheckpointFile(
  file: string,
  header: SafetensorsHeader,
  hasher: FileHasher,
): Promise<FoundParts> {
  const found = networksOf(file, header, await edmLatents(header.tensors))
  const { networks, fileHash } = await hashNetworks(file, header, found, hasher)
  return {
    networks,
    schedule: { config: scheduleOf(header), configFile: file },
    storage: storageOfFile(file, header),
    fileHash,
  }
}

/** The networks in a checkpoint. latents: further keys of its VAE's config on the latents. */
export function networksOf(
  file: string,
  header: SafetensorsHeader,
  latents: Json = {},
): Map<NetworkRole, NetworkInFile> {
  const size = trainedSize(header)
  return networksIn(file, header, {
    unet: source => ({ ...inferUNetConfig(source), ...size }),
    vae: source => ({ ...inferVaeConfig(source), ...latents }),
    textEncoder: source => inferClipConfig(source, 'quick_gelu'),
    textEncoder2: source => inferClipConfig(source, 'gelu'),
  })
}

/** A VAE in its own file or in a checkpoint; undefined if there is none. @throws as describeCheckpointFile. */
export async function describeVaeFile(
  file: string,
  header: SafetensorsHeader,
  hasher: FileHasher,
): Promise<NetworkPart | undefined> {
  const found = networksIn(file, header, { vae: inferVaeConfig })
  return (await hashNetworks(file, header, found, hasher)).networks.vae
}

function networksIn(
  file: string,
  { tensors }: SafetensorsHeader,
  infer: { readonly [Role in NetworkRole]?: (source: WeightSource) => Json },
): Map<NetworkRole, NetworkInFile> {
  const found = new Map<NetworkRole, NetworkInFile>()
  for (const role of roles) {
    const place = places[role].find(({ prefix, knownTensor }) => tensors.has(prefix + knownTensor))
    const config = place && infer[role]?.(sourceInFile(file, below(tensors, place.prefix), place.naming))
    if (!config) continue
    const { prefix, naming } = place
    found.set(role, { weights: { layout: 'file', file, prefix, naming }, config })
  }
  return found
}

/** Hashes the file and each of its networks in one pass. */
async function hashNetworks(
  file: string,
  { tensors }: SafetensorsHeader,
  found: ReadonlyMap<NetworkRole, NetworkInFile>,
  hasher: FileHasher,
): Promise<{ networks: FoundParts['networks']; fileHash: string }> {
  const sections = new Map<string, ByteRange[]>()
  for (const { weights } of found.values()) {
    const own = [...tensors.values()].filter(({ name }) => name.startsWith(weights.prefix))
    sections.set(weights.prefix, own)
  }
  const hashes = await hashSections(file, sections, hasher)
  const parts = [...found].map(([role, { weights, config }]) => {
    const bytes = hashes.sections.get(weights.prefix) ?? ''
    const hash = hashTexts(canonicalConfig(config), weights.naming, bytes)
    return [role, { weights, config, configFile: file, hash }] as const
  })
  return { networks: Object.fromEntries(parts), fileHash: hashes.file }
}

/** The training size in latents, from the file's metadata. */
function trainedSize({ metadata }: SafetensorsHeader): Json {
  const [, width, height] = /^(\d{3,5})x(\d{3,5})$/.exec(metadata['modelspec.resolution'] ?? '') ?? []
  return width === undefined ? {} : { sample_size: Math.floor(Math.max(Number(width), Number(height)) / 8) }
}

/**
 * v-prediction, from a marker tensor or from modelspec's metadata, which are written in many ways. Zero terminal SNR requires it,
 * because predicting the noise of pure noise gives no information about the picture (Lin et al. 2023, section 3.2).
 */
function scheduleOf({ tensors, metadata }: SafetensorsHeader): Json {
  if (isEdm(tensors)) return edmSchedule
  const predictsV =
    tensors.has('v_pred') || /^\s*v(?:\s*$|[-_ ]?pred)/i.test(metadata['modelspec.prediction_type'] ?? '')
  return {
    ...sdxlSchedulerFile,
    prediction_type: predictsV ? 'v_prediction' : 'epsilon',
    rescale_betas_zero_snr: predictsV && tensors.has('ztsnr'),
  }
}

/** Whether the file has Playground v2.5's marker tensors, which are also the statistics of its latents. */
function isEdm(tensors: SafetensorsHeader['tensors']): boolean {
  return tensors.has('edm_mean') && tensors.has('edm_std')
}

/** Playground v2.5's own noise (Karras et al. 2022). */
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

/** One number per channel of the latents; a longer tensor is something else. */
const maxLatentBytes = 1024

/** Playground v2.5 contains the mean and standard deviation of its latents, and scales them by 0.5. */
async function edmLatents(tensors: ReadonlyMap<string, StoredTensor>): Promise<Json> {
  const [mean, deviation] = [tensors.get('edm_mean'), tensors.get('edm_std')]
  if (!mean || !deviation || mean.length + deviation.length > maxLatentBytes) return {}
  return {
    latents_mean: [...(await readTensor(mean))],
    latents_std: [...(await readTensor(deviation))],
    scaling_factor: 0.5,
  }
}
