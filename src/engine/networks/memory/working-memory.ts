/**
 * The memory that networks need: their weights in the type of the arithmetic, and the working memory of a run, which is a
 * multiple of its largest kind of value, measured at full size.
 */
import { z } from 'zod'
import type { UNetConfig } from '../configs/unet-config.ts'
import type { VaeConfig } from '../configs/vae-config.ts'
import type { UNetInput } from '../networks.ts'

/**
 * The working memory of a U-Net's run in values of the finest level: twice the 26 that were measured (docs/benchmarks.md). The text
 * projections that are kept between calls are 15 such values at 512 px. For smaller pictures opening needs more than all of them.
 */
const unetValues = 50
/** The same for a VAE, whose finest level has the size of the picture: 7 were measured. */
const vaeValues = 8

const bytesPerNumber = 4

/** The largest area, in training sizes of the VAE, that is decoded without tiles. */
export const untiledAreas = 2

/** The memory that one network needs to run alone. */
export const networkNeed = z.object({
  /** Memory while its weights are read. */
  openingBytes: z.number(),
  /** Memory of the weights afterwards. */
  weightBytes: z.number(),
  /** Additional memory per pixel of the picture. */
  bytesPerPixel: z.number(),
  /** Larger pictures are processed in parts; absent: never. */
  mostPixels: z.number().optional(),
})
export type NetworkNeed = z.infer<typeof networkNeed>

export function unetWorkingBytes(
  { levels: [{ channels }] }: Pick<UNetConfig, 'levels'>,
  { batch, heightLatent, widthLatent }: Pick<UNetInput, 'batch' | 'heightLatent' | 'widthLatent'>,
): number {
  return unetValues * batch * channels * heightLatent * widthLatent * bytesPerNumber
}

/** pixels: the total of the batch. */
export function vaeWorkingBytes({ channels: [finest] }: Pick<VaeConfig, 'channels'>, pixels: number): number {
  return vaeValues * finest * pixels * bytesPerNumber
}
