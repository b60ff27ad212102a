/** Chooses the graph variant of a U-Net by the memory of its device. */
import type { CachedForm } from '../../../common/choices.ts'
import { type Target, unetVariantsFor, type VariantName, variantFor } from '../../onnx/graph-variants.ts'
import { memoryOf } from '../../onnx/memory/graph-memory.ts'
import type { OnnxModel } from '../../onnx/model.ts'
import type { UNetConfig } from '../configs/unet-config.ts'
import { unetWorkingBytes } from '../memory/working-memory.ts'

export interface PlanTarget extends Target {
  /** The memory budget of the device's sessions; absent: as little as possible. */
  readonly memoryBytes?: number
  /** The largest picture that may be asked for; absent: it may have any size. */
  readonly maxPixels?: number
}

/** A graph, and the variant in which it was built. */
export interface BuiltVariant {
  readonly variant: VariantName
  readonly graph: OnnxModel
}

/**
 * The fastest variant that leaves room for the largest picture of the configuration, so that no picture is refused that a leaner
 * variant could paint, unless it was accepted under a higher limit. `build`: the U-Net's graph, half a second at full size.
 */
export function unetVariant(
  config: Pick<UNetConfig, 'levels'>,
  { memoryBytes = 0, maxPixels = Number.POSITIVE_INFINITY, ...target }: PlanTarget,
  build: (variant: VariantName) => OnnxModel,
): BuiltVariant {
  // Guided and square: a side has eight pixels for each latent.
  const side = Math.sqrt(maxPixels) / 8
  const workingBytes = unetWorkingBytes(config, { batch: 2, heightLatent: side, widthLatent: side })
  const smallest = variantFor(target)
  for (const variant of memoryBytes > 0 ? unetVariantsFor(target) : []) {
    if (variant === smallest) break
    const graph = build(variant)
    const { openingBytes, weightBytes } = memoryOf(graph)
    if (Math.max(openingBytes, weightBytes + workingBytes) <= memoryBytes) return { variant, graph }
  }
  return { variant: smallest, graph: build(smallest) }
}

/**
 * The variant over weights in a cache file, for any memory. A mapped file has the arrangement of the fastest variant, and the system
 * may drop its pages. 8-bit blocks are for machines with little memory.
 */
export function cachedUNetVariant(form: CachedForm | undefined, target: PlanTarget): VariantName {
  const [fastest] = unetVariantsFor(target)
  return (form === 'mapped' && fastest) || variantFor(target)
}
