/** Owns what a model folder will become: configs read, graphs built over its weights, nothing opened yet. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../errors.ts'
import type { OnnxModel } from '../onnx/model.ts'
import { readConfigFile } from '../weights/config-file.ts'
import { openDiffusersFolder } from '../weights/diffusers-layout.ts'
import { buildClip } from './clip.ts'
import { type ClipConfig, clipConfigSchema } from './clip-config.ts'
import { buildShallowUNet, deepFeaturesPath } from './shallow-unet.ts'
import { buildUNet } from './unet.ts'
import { type UNetConfig, unetConfigSchema } from './unet-config.ts'
import { buildVaeDecoder, buildVaeEncoder } from './vae.ts'
import { type VaeConfig, vaeConfigSchema } from './vae-config.ts'

export interface TextEncoderPlan {
  readonly config: ClipConfig
  readonly graph: OnnxModel
}

export interface UNetPlan {
  readonly config: UNetConfig
  readonly timeIdCount: number
  readonly graph: OnnxModel
  buildShallow(): OnnxModel
}

export interface VaePlan {
  readonly config: VaeConfig
  readonly decoder: OnnxModel
  readonly encoder: OnnxModel
}

export interface NetworkPlan {
  /** Absent in a Refiner. */
  readonly textEncoder: TextEncoderPlan | undefined
  readonly textEncoder2: TextEncoderPlan
  readonly unet: UNetPlan
  readonly vae: VaePlan
}

/**
 * Plans a diffusers folder. Whether it is a Base or a Refiner follows from the folder: a Refiner has no first text
 * encoder. Every file is looked at and every shape compared, so what is wrong with a model is known before it loads.
 * @throws AppError 'model-file' or 'model-config' with one clear reason.
 */
export async function planNetworks(folder: string): Promise<NetworkPlan> {
  if (!(await exists(folder)))
    throw new AppError('model-file', { file: folder, problem: { what: 'missing' } })
  const textEncoder2 = await planTextEncoder(join(folder, 'text_encoder_2'))
  const hasFirst = await exists(join(folder, 'text_encoder'))
  const textEncoder = hasFirst ? await planTextEncoder(join(folder, 'text_encoder')) : undefined
  const unet = await planUNet(join(folder, 'unet'), textEncoder?.config, textEncoder2.config)
  return { textEncoder, textEncoder2, unet, vae: await planVae(join(folder, 'vae')) }
}

async function planTextEncoder(folder: string): Promise<TextEncoderPlan> {
  const config = await readConfigFile(join(folder, 'config.json'), clipConfigSchema)
  return { config, graph: buildClip(config, await openDiffusersFolder(folder)) }
}

async function planUNet(
  folder: string,
  first: ClipConfig | undefined,
  second: ClipConfig,
): Promise<UNetPlan> {
  const file = join(folder, 'config.json')
  const config = await readConfigFile(file, unetConfigSchema)
  const timeIdCount = checkTextWidths(file, config, first, second)
  const source = await openDiffusersFolder(folder)
  return {
    config,
    timeIdCount,
    graph: buildUNet(config, source, timeIdCount, { expose: [deepFeaturesPath(config)] }),
    buildShallow: () => buildShallowUNet(config, source, timeIdCount),
  }
}

async function planVae(folder: string): Promise<VaePlan> {
  const config = await readConfigFile(join(folder, 'config.json'), vaeConfigSchema)
  const source = await openDiffusersFolder(folder)
  return { config, decoder: buildVaeDecoder(config, source), encoder: buildVaeEncoder(config, source) }
}

/** The U-Net must have been made for these encoders. Returns how many time ids it takes. */
function checkTextWidths(
  file: string,
  config: UNetConfig,
  first: ClipConfig | undefined,
  second: ClipConfig,
): number {
  const contextWidth = (first?.hiddenSize ?? 0) + second.hiddenSize
  if (config.contextWidth !== contextWidth) {
    const problem = { what: 'text-width', found: config.contextWidth, given: contextWidth } as const
    throw new AppError('model-config', { file, key: 'cross_attention_dim', problem })
  }
  const pooledWidth = second.projectionSize ?? 0
  const timeIdCount = (config.addedWidth - pooledWidth) / config.timeIdWidth
  if (pooledWidth > 0 && (timeIdCount === 5 || timeIdCount === 6)) return timeIdCount
  throw new AppError('model-config', {
    file,
    key: 'projection_class_embeddings_input_dim',
    problem: {
      what: 'added-width',
      found: config.addedWidth,
      pooled: pooledWidth,
      idWidth: config.timeIdWidth,
    },
  })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
