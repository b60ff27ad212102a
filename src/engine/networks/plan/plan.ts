/** Plans a model: reads the configs of its parts and builds graphs over their weights, without opening them. */
import { AppError } from '../../../errors/errors.ts'
import { isCpu, type Target, type VariantName, variantFor } from '../../onnx/graph-variants.ts'
import type { OnnxModel } from '../../onnx/model.ts'
import type { OnnxPath } from '../../onnx/session.ts'
import { parseConfig } from '../../weights/config-file.ts'
import { openWeights } from '../../weights/layouts/location.ts'
import type { ModelTensors } from '../../weights/lora/module-index.ts'
import type { RecordedSource } from '../../weights/recorded-source.ts'
import type { StoredTensor } from '../../weights/safetensors.ts'
import type { WeightSource } from '../../weights/source.ts'
import { buildClip } from '../clip.ts'
import { type ClipConfig, clipConfigSchema } from '../configs/clip-config.ts'
import { type UNetConfig, unetConfigSchema } from '../configs/unet-config.ts'
import { sdxlLatentChannels, type VaeConfig, vaeConfigSchema } from '../configs/vae-config.ts'
import { buildShallowUNet, deepFeaturesPath } from '../shallow-unet.ts'
import { buildUNet } from '../unet.ts'
import { buildVaeDecoder, buildVaeEncoder, vaeNames } from '../vae.ts'
import { onnxTextEncoder, onnxUNet, onnxVae, type VaeGraph } from './onnx-graphs.ts'
import type { NetworkPart, NetworkParts } from './parts.ts'
import { planWeights, type WeightUse } from './planned-weights.ts'
import { type BuiltVariant, cachedUNetVariant, type PlanTarget, unetVariant } from './unet-variant.ts'

/** Built over weights, or foreign. */
export type NetworkGraph = OnnxModel | OnnxPath

export interface TextEncoderPlan {
  readonly config: ClipConfig
  readonly graph: NetworkGraph
  /** The weights of the graph, for rebuilding it over changed weights; absent for a foreign graph. */
  readonly own?: { readonly weights: RecordedSource; build(weights: WeightSource, at?: Target): OnnxModel }
  /** Absent for a foreign graph. */
  readonly use?: WeightUse
}

export interface UNetPlan {
  readonly config: UNetConfig
  readonly timeIdCount: number
  readonly graph: NetworkGraph
  /** The weights of the graph; absent for a foreign graph. */
  readonly weights?: RecordedSource
  /** Whether the graphs of the whole U-Net give and take text projections. */
  readonly takesTextProjections: boolean
  /**
   * The graph with image prompts, or over changed weights.
   * adapters: the weights of one IP-Adapter per picture. weights: absent for the network's own.
   */
  buildWith(adapters: readonly WeightSource[], weights?: WeightSource): OnnxModel
  buildShallow(weights?: WeightSource): OnnxModel
  /** Absent for a foreign graph. */
  readonly use?: WeightUse
}

export interface VaePlan {
  readonly config: VaeConfig
  readonly decoder: VaeGraph<NetworkGraph>
  readonly encoder: VaeGraph<NetworkGraph>
}

export interface NetworkPlan {
  /** Absent in a Refiner. */
  readonly textEncoder: TextEncoderPlan | undefined
  readonly textEncoder2: TextEncoderPlan
  readonly unet: UNetPlan
  readonly vae: VaePlan
}

/**
 * Plans a Base or a Refiner. It reads every file and compares every shape, so problems of a model are known before it loads.
 * @throws AppError 'model-file' or 'model-config' when a part cannot be used; states one reason.
 */
export async function planNetworks(parts: NetworkParts, target: PlanTarget = {}): Promise<NetworkPlan> {
  const textEncoder2 = await planTextEncoder(parts.textEncoder2, target)
  const textEncoder = parts.textEncoder && (await planTextEncoder(parts.textEncoder, target))
  const unet = await planUNet(parts.unet, textEncoder?.config, textEncoder2.config, target)
  const vae = await planVae(parts.vae, target)
  checkChannels(parts, unet.config, vae.config)
  return { textEncoder, textEncoder2, unet, vae }
}

/**
 * The tensors that LoRAs may change, by network and name.
 * @throws AppError 'model-file' when the weights are inside a foreign graph.
 */
export async function planLoraTargets(parts: NetworkParts): Promise<ModelTensors<StoredTensor>> {
  const { weights } = parts.unet
  if (weights.layout === 'onnx') {
    throw new AppError('model-file', { file: weights.graphs[0], problem: { what: 'onnx-weights' } })
  }
  const { textEncoder, textEncoder2, unet } = await planNetworks(parts)
  const nothing: ReadonlyMap<string, StoredTensor> = new Map()
  return {
    unet: unet.weights?.found ?? nothing,
    textEncoder: textEncoder?.own?.weights.found ?? nothing,
    textEncoder2: textEncoder2.own?.weights.found ?? nothing,
  }
}

async function planTextEncoder(part: NetworkPart, target: Target): Promise<TextEncoderPlan> {
  const config = parseConfig(part.configFile, part.config, clipConfigSchema)
  if (part.weights.layout === 'onnx') {
    return { config, graph: await onnxTextEncoder(part.weights.graphs[0], config) }
  }
  const build = (source: WeightSource, at = target) => buildClip(config, source, { variant: variantFor(at) })
  const { weights, use } = await planWeights(part, target, source => build(source))
  return { config, graph: build(weights), own: { weights, build }, use }
}

async function planUNet(
  part: NetworkPart,
  first: ClipConfig | undefined,
  second: ClipConfig,
  target: PlanTarget,
): Promise<UNetPlan> {
  const config = parseConfig(part.configFile, part.config, unetConfigSchema)
  const timeIdCount = checkTextWidths(part.configFile, config, first, second)
  if (part.weights.layout === 'onnx') return planOnnxUNet(part.weights.graphs[0], config, timeIdCount)
  // A GPU would receive them again with every call.
  const takesTextProjections = isCpu(target)
  const expose = [deepFeaturesPath(config)]
  const buildAs = (variant: VariantName, weights: WeightSource, imagePrompts: readonly WeightSource[] = []) =>
    buildUNet(config, weights, timeIdCount, { variant, imagePrompts, expose, takesTextProjections })
  const cachedVariant = cachedUNetVariant(part.cached?.form, target)
  const { weights: own, use } = await planWeights(part, target, source => buildAs(cachedVariant, source))
  // Adapters may need the memory of a fast variant. Changed weights need no more, because they keep their type.
  const built = (imagePrompts: readonly WeightSource[], weights: WeightSource): BuiltVariant => {
    const build = (variant: VariantName) => buildAs(variant, weights, imagePrompts)
    return part.cached
      ? { variant: cachedVariant, graph: build(cachedVariant) }
      : unetVariant(config, target, build)
  }
  const { variant, graph } = built([], own)
  return {
    config,
    timeIdCount,
    graph,
    takesTextProjections,
    use,
    weights: own,
    buildWith: (imagePrompts, weights = own) => built(imagePrompts, weights).graph,
    buildShallow: (weights = own) => buildShallowUNet(config, weights, timeIdCount, { variant }),
  }
}

/** A U-Net inside a foreign graph, whose weights cannot be modified. */
async function planOnnxUNet(file: string, config: UNetConfig, timeIdCount: number): Promise<UNetPlan> {
  const graph = await onnxUNet(file, config, timeIdCount)
  const refuse = () => {
    throw new AppError('model-file', { file, problem: { what: 'onnx-weights' } })
  }
  return {
    config,
    timeIdCount,
    graph,
    takesTextProjections: false,
    buildWith: refuse,
    buildShallow: refuse,
  }
}

/**
 * The precision of a VAE. Most VAEs exceed float16's range between their layers, so they always run in float32. `force_upcast` false
 * marks a VAE that does not exceed it.
 */
export function vaeTarget({ needsFloat32 }: Pick<VaeConfig, 'needsFloat32'>, target: Target): Target {
  return needsFloat32 ? { ...target, precision: 'float32' } : target
}

/** A separate VAE. @throws as planNetworks. */
export async function planVae(part: NetworkPart, target: Target = {}): Promise<VaePlan> {
  const config = parseConfig(part.configFile, part.config, vaeConfigSchema)
  if (part.weights.layout === 'onnx') return { config, ...(await onnxVae(part.weights.graphs, config)) }
  const source = await openWeights(part.weights)
  const variant = variantFor(vaeTarget(config, target))
  return {
    config,
    decoder: { graph: buildVaeDecoder(config, source, { variant }), ...vaeNames },
    encoder: { graph: buildVaeEncoder(config, source, { variant }), ...vaeNames },
  }
}

/**
 * The latents must be SDXL's, and the U-Net must match them: latents only, or, in a Base for inpainting, with the mask and the
 * masked latents.
 */
function checkChannels(parts: NetworkParts, unet: UNetConfig, { latentChannels: latents }: VaeConfig): void {
  if (latents !== sdxlLatentChannels) {
    const problem = { what: 'other-latents', found: latents, expected: sdxlLatentChannels } as const
    throw new AppError('model-file', { file: parts.vae.configFile, problem })
  }
  const isRefiner = parts.textEncoder === undefined
  const allowed = {
    in_channels: isRefiner ? [latents] : [latents, 2 * latents + 1],
    out_channels: [latents],
  }
  const found = { in_channels: unet.inChannels, out_channels: unet.outChannels }
  for (const key of ['in_channels', 'out_channels'] as const) {
    if (allowed[key].includes(found[key])) continue
    const problem = { what: 'channels', found: found[key], allowed: allowed[key], latents } as const
    throw new AppError('model-config', { file: parts.unet.configFile, key, problem })
  }
}

/** The U-Net must match these encoders. Returns its number of time ids. */
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
