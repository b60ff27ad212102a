/** Chooses the graph variant of a U-Net by the memory of its device. */
import { type Target, unetVariantsFor, type VariantName, variantFor } from '../../onnx/kernels.ts'
import { memoryOf } from '../../onnx/memory/graph-memory.ts'
import type { OnnxModel } from '../../onnx/model.ts'
import type { UNetConfig } from '../configs/unet-config.ts'
import { unetWorkingBytes } from '../memory/working-memory.ts'

export interface PlanTarget extends Target {
  /** What the sessions of the device may hold; absent: as little as possible. */
  readonly memoryBytes?: number
}

/** Of 2048×2048 pixels, as many as `limits.maxPixels` allows by default, guided. */
const largestLatents = { batch: 2, heightLatent: 256, widthLatent: 256 }

/**
 * The fastest variant that leaves room for the largest picture: no picture that a leaner variant could paint is refused for the
 * memory of a faster one. build: the U-Net's graph.
 */
export function unetVariant(
  config: Pick<UNetConfig, 'levels'>,
  target: PlanTarget,
  build: (variant: VariantName) => OnnxModel,
): VariantName {
  const { memoryBytes = 0 } = target
  const fits = (variant: VariantName) => {
    const { openingBytes, weightBytes } = memoryOf(build(variant))
    return Math.max(openingBytes, weightBytes + unetWorkingBytes(config, largestLatents)) <= memoryBytes
  }
  return unetVariantsFor(target).find(fits) ?? variantFor(target)
}
