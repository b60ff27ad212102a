/**
 * Owns how much memory networks need: their weights in the type that they run in, and what a run needs besides, which is so
 * many times its largest kind of value, measured at full size.
 */
import { z } from 'zod'
import type { UNetInput } from './networks.ts'
import type { UNetConfig } from './unet-config.ts'
import type { VaeConfig } from './vae-config.ts'

/** Values of the finest level that a U-Net's run has room for; docs/benchmarks.md has the measurement. */
const unetValues = 100
/** The same of a VAE, whose finest level has the size of the picture. */
const vaeValues = 12

const bytesPerNumber = 4

/** In training sizes of the VAE, by area: larger pictures are decoded in tiles. */
export const untiledAreas = 2

/** What one network needs to run alone. */
export const networkNeed = z.object({
  /** While its weights are read. */
  openingBytes: z.number(),
  /** Once they are. */
  weightBytes: z.number(),
  /** Besides, for each pixel of the picture. */
  bytesPerPixel: z.number(),
  /** Larger pictures are worked on in parts; absent where they are not. */
  mostPixels: z.number().optional(),
})
export type NetworkNeed = z.infer<typeof networkNeed>

export function unetWorkingBytes(
  { levels: [{ channels }] }: Pick<UNetConfig, 'levels'>,
  { batch, heightLatent, widthLatent }: Pick<UNetInput, 'batch' | 'heightLatent' | 'widthLatent'>,
): number {
  return unetValues * batch * channels * heightLatent * widthLatent * bytesPerNumber
}

/** pixels: of all pictures of the batch. */
export function vaeWorkingBytes({ channels: [finest] }: Pick<VaeConfig, 'channels'>, pixels: number): number {
  return vaeValues * finest * pixels * bytesPerNumber
}
