/** Plans an IP-Adapter and its image encoder: reads configs and builds graphs over their weights, without opening them. */
import { AppError } from '../../../errors/errors.ts'
import { type Target, variantFor } from '../../onnx/graph-variants.ts'
import type { OnnxModel } from '../../onnx/model.ts'
import { parseConfig } from '../../weights/config-file.ts'
import { openWeights, type WeightLocation } from '../../weights/layouts/location.ts'
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
  /** The number of elements in these weights. */
  readonly unetParameters: number
  readonly projection: OnnxModel
  readonly encoderConfig: ClipVisionConfig
  readonly encoder: OnnxModel
}

/** Plans both networks. @throws AppError 'model-file' when a file cannot be used, 'model-config' when the two do not match. */
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
    unetParameters: unetParametersIn(source),
    projection: buildImageProjection(config, source, placesOf(encoderConfig), options),
    encoderConfig,
    encoder: buildClipVision(encoderConfig, await openWeights(weights), options),
  }
}

/** The elements of all matrices. Cross-attentions have every second number of the adapter, so the U-Net uses all of them. */
function unetParametersIn(source: WeightSource): number {
  let parameters = 0
  for (let number = 1; ; number += 2) {
    const pair = ['to_k_ip', 'to_v_ip'].flatMap(
      name => source.find(`ip_adapter.${number}.${name}.weight`, []) ?? [],
    )
    if (pair.length === 0) return parameters
    for (const { shape } of pair) parameters += shape.reduce((count, size) => count * size, 1)
  }
}
