/**
 * Inpainting with an inpainting U-Net: its additional inputs are the mask and the latents of the masked picture, with grey
 * in place of the masked region (nine channels in total; Rombach et al. 2022, section 4.5). Nothing is restored between steps.
 */
import { sdxlLatentChannels } from '../networks/configs/vae-config.ts'
import type { Vae } from '../networks/networks.ts'
import { type DenoiseRun, denoise, type RunHooks, valuesPerPicture } from './denoising/denoise.ts'
import { type Posterior, sampleLatents } from './latents/latents.ts'

/** The input channels of such a U-Net: latents, mask, latents of the masked picture. */
export const inpaintingChannels = 9

/** The source of a run, and the inputs from its mask. */
export interface MaskedSource {
  /** The whole picture's posterior; absent if the start is pure noise (strength 1). */
  readonly source: Posterior | undefined
  /** The posterior of the picture from `maskedPixels`. */
  readonly masked: Posterior
  /** [h, w] in latents, 1 is painted anew. */
  readonly mask: Float32Array
}

/** Draws in the reference's order: the source's posterior if there is one, the noise, the masked picture's posterior. */
export function inpaintByChannels(
  run: DenoiseRun,
  vae: Vae,
  { source, masked, mask }: MaskedSource,
  hooks: RunHooks,
): Promise<Float32Array> {
  const { sampler, span, noise } = run
  const clean = source && sampleLatents(vae, source, noise)
  const drawn = noise.draw(valuesPerPicture(run.shape))
  const start = clean
    ? sampler.addNoise(clean, drawn, span.first)
    : drawn.map(value => value * sampler.initNoiseSigma)
  const maskedLatents = sampleLatents(vae, masked, noise).subarray(0, sdxlLatentChannels * mask.length)
  const extraChannels = new Float32Array(mask.length + maskedLatents.length)
  extraChannels.set(mask)
  extraChannels.set(maskedLatents, mask.length)
  return denoise({ ...run, extraChannels }, start, hooks)
}

/** pixels [3, H, W] in -1..1 with the masked region in grey. luma: the mask's, in 0..1, [H, W]. */
export function maskedPixels(pixels: Float32Array, luma: Float32Array): Float32Array {
  return pixels.map((value, i) => ((luma[i % luma.length] ?? 0) >= 0.5 ? 0 : value))
}
