/**
 * The memory that networks need: their weights in the type of the arithmetic, and the working memory of a run, which is a
 * multiple of its largest kind of value, measured at full size.
 */
import { z } from 'zod'
import type { MemoryNeed } from '../../../common/memory-need.ts'
import { isCpu, type Target } from '../../onnx/graph-variants.ts'
import type { UNetConfig } from '../configs/unet-config.ts'
import type { VaeConfig } from '../configs/vae-config.ts'
import type { UNetInput } from '../networks.ts'

/** The working memory of a U-Net's run in values of the finest level, measured on a CPU (docs/benchmarks.md). */
const measuredUNetValues = 26
/**
 * The counted working memory, about twice the measured one. The text projections that are kept between calls are 15 such values at
 * 512 px. For smaller pictures, opening the session needs more than the run.
 */
const unetValues = 50
/** The measured share of the counted working memory. No picture is refused for the rest. */
export const measuredShareOfUNet = measuredUNetValues / unetValues
/** The same for a VAE, whose finest level has the size of the picture: 7 were measured. */
const vaeValues = 8

/** SDXL's training size. */
const commonSidePx = 1024

/**
 * The largest area that a VAE decodes without tiles. Tiles are for memory and change the picture, so a VAE that was trained on
 * smaller pictures, as many of SDXL's were, has the same bound.
 */
export function untiledPixels({ sampleSize }: { readonly sampleSize: number }): number {
  return 2 * Math.max(sampleSize, commonSidePx) ** 2
}

const memoryNeed = {
  openingBytes: z.number(),
  weightBytes: z.number(),
  bytesPerPixel: z.number(),
  maxPixels: z.number().optional(),
}
const onCard = z.tuple([z.object(memoryNeed), z.object(memoryNeed), z.object(memoryNeed)])

/** The networks whose memory is counted. A file may replace a model's own network, or add weights to it. */
const networks = ['text-encoder', 'unet', 'vae', 'controlnet', 'image-encoder'] as const

/** The memory that one network needs to run alone: on a CPU, and on a graphics card in each precision, by low-memory level. */
export const networkNeed = z.object({
  network: z.enum(networks),
  ...memoryNeed,
  onCard: z.object({ float32: onCard, float16: onCard }),
})
export type NetworkNeed = z.infer<typeof networkNeed>
export type NeedsOnCard = readonly [MemoryNeed, MemoryNeed, MemoryNeed]

/** The bytes of a value inside a network. A CPU has no kernels for halves, and computes in float32. */
export function bytesPerValue({ device, precision = 'float32' }: Target): number {
  return precision === 'float16' && !isCpu({ device }) ? 2 : 4
}

export function unetWorkingBytes(
  { levels: [{ channels }] }: Pick<UNetConfig, 'levels'>,
  { batch, heightLatent, widthLatent }: Pick<UNetInput, 'batch' | 'heightLatent' | 'widthLatent'>,
  valueBytes = 4,
): number {
  return unetValues * batch * channels * heightLatent * widthLatent * valueBytes
}

/** The working memory of a VAE's run. `pixels`: the total of the batch. */
export function vaeWorkingBytes(
  { channels: [finest] }: Pick<VaeConfig, 'channels'>,
  pixels: number,
  valueBytes = 4,
): number {
  return vaeValues * finest * pixels * valueBytes
}
