/** Plans an IP-Adapter and its image encoder: reads configs and builds graphs over their weights, without opening them. */
import { AppError } from '../../../errors/errors.ts'
import { type Target, variantFor } from '../../onnx/kernels.ts'
import type { OnnxModel } from '../../onnx/model.ts'
import { parseConfig } from '../../weights/config-file.ts'
import { openWeights, type WeightLocation } from '../../weights/location.ts'
import type { WeightSource } from '../../weights/source.ts'
import { buildClipVision, placesOf } from '../clip-vision.ts'
import { type ClipVisionConfig, clipVisionConfigSchema } from '../configs/clip-vision-config.ts'
import { type IpAdapterConfig, ipAdapterConfigOf } from '../configs/ip-adapter-config.ts'
import { buildImageProjection } from '../image-projection.ts'
import type { NetworkPart } from './parts.ts'

export interface IpAdapterPlan {
  readonly config: IpAdapterConfig
  /** The weights for the U-Net's graph. */
  readonly source: WeightSource
  readonly projection: OnnxModel
  readonly encoderConfig: ClipVisionConfig
  readonly encoder: OnnxModel
}

/** @throws AppError 'model-file' when a file cannot be used, 'model-config' when the two do not match. */
export async function planIpAdapter(
  parts: { readonly weights: WeightLocation; readonly encoder: NetworkPart },
  target: Target = {},
): Promise<IpAdapterPlan> {
  const { config: json, configFile, weights } = parts.encoder
  const encoderConfig = parseConfig(configFile, json, clipVisionConfigSchema)
  const source = await openWeights(parts.weights)
  const config = ipAdapterConfigOf(source)
  const given = config.sees === 'embeds' ? encoderConfig.projectionSize : encoderConfig.hiddenSize
  if (config.inputWidth !== given) {
    const problem = { what: 'text-width', found: config.inputWidth, given } as const
    throw new AppError('model-config', { file: source.place, key: 'image_proj', problem })
  }
  const options = { variant: variantFor(target) }
  return {
    config,
    source,
    projection: buildImageProjection(config, source, placesOf(encoderConfig), options),
    encoderConfig,
    encoder: buildClipVision(encoderConfig, await openWeights(weights), options),
  }
}
