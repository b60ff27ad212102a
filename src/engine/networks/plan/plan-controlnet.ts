/** Plans a ControlNet: reads its config and builds its graph over its weights, without opening it. */
import { type Target, variantFor } from '../../onnx/graph-variants.ts'
import type { OnnxModel } from '../../onnx/model.ts'
import { parseConfig } from '../../weights/config-file.ts'
import { openWeights } from '../../weights/layouts/location.ts'
import { type ControlNetConfig, controlNetConfigSchema } from '../configs/controlnet-config.ts'
import { buildControlNet } from '../controlnet.ts'
import type { UNet } from '../networks.ts'
import type { NetworkPart } from './parts.ts'

export interface ControlNetPlan {
  readonly config: ControlNetConfig
  readonly graph: OnnxModel
}

/**
 * The width of a time id is that of the U-Net, because a single file does not state its own.
 * @throws AppError 'model-file' or 'model-config' when the ControlNet cannot be used.
 */
export async function planControlNet(
  { config: json, configFile, weights }: NetworkPart,
  { timeIdCount, timeIdWidth }: Pick<UNet, 'timeIdCount' | 'timeIdWidth'>,
  target: Target = {},
): Promise<ControlNetPlan> {
  const completed = { ...json, addition_time_embed_dim: timeIdWidth }
  const config = parseConfig(configFile, completed, controlNetConfigSchema)
  const options = { variant: variantFor(target) }
  return { config, graph: buildControlNet(config, await openWeights(weights), timeIdCount, options) }
}
