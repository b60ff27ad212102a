/**
 * Inpainting with the ordinary 4-channel Base: after every step, the kept region is restored at that step's noise level
 * (Lugmayr et al. 2022 without resampling, as in the reference).
 */
import type { Vae } from '../networks/networks.ts'
import type { Span } from '../sampling/noise/span.ts'
import type { Sampler } from '../sampling/sampler.ts'
import {
  type DenoiseRun,
  denoise,
  type LatentShape,
  type RunHooks,
  valuesPerPicture,
} from './denoising/denoise.ts'
import { type Posterior, sampleLatents } from './latents/latents.ts'

/** The kept region of an inpainted picture. */
export interface KeptRegion {
  /** The source's latents, as sampled, [4,h,w]. */
  readonly clean: Float32Array
  /** [4,h,w] */
  readonly noise: Float32Array
  /** [h,w], 1 is painted anew. */
  readonly mask: Float32Array
}

/** Draws in the reference's order: the source's posterior, the noise, and a posterior that is not used. */
export function drawKeptRegion(
  { noise, shape }: Pick<DenoiseRun, 'noise' | 'shape'>,
  vae: Vae,
  source: Posterior,
  mask: Float32Array,
): KeptRegion {
  const perPicture = valuesPerPicture(shape)
  const clean = sampleLatents(vae, source, noise)
  const kept = { clean, noise: noise.draw(perPicture), mask }
  // The reference also draws the masked picture's posterior, which only 9-channel models use.
  noise.drawForSource(perPicture)
  return kept
}

/**
 * For `afterStep`: restores the kept region at the noise level after call i; after the last call of the span without noise, as
 * the reference does also where a Refiner continues.
 */
export function restoringKept(sampler: Sampler, { end }: Span, { clean, noise, mask }: KeptRegion) {
  return (latents: Float32Array, i: number): Float32Array => {
    const kept = i + 1 >= end ? clean : sampler.addNoise(clean, noise, i + 1)
    return latents.map((value, at) => {
      const painted = mask[at % mask.length] ?? 0
      return (1 - painted) * (kept[at] ?? 0) + painted * value
    })
  }
}

/** strength: 1 starts from pure noise, lower values from the noised source. mask: [h, w] in latents, 1 is painted anew. */
export function inpaint(
  run: DenoiseRun,
  vae: Vae,
  source: Posterior,
  mask: Float32Array,
  strength: number,
  hooks: RunHooks,
): Promise<Float32Array> {
  const { sampler, span } = run
  const kept = drawKeptRegion(run, vae, source, mask)
  const start =
    strength >= 1
      ? kept.noise.map(value => value * sampler.initNoiseSigma)
      : sampler.addNoise(kept.clean, kept.noise, span.first)
  return denoise({ ...run, afterStep: restoringKept(sampler, span, kept) }, start, hooks)
}

/**
 * A mask picture's luma in 0..1, [H, W], to [H/8, W/8] of zeros and ones: values from 0.5 are painted anew.
 * Nearest neighbour, the upper left pixel of each latent's square, as torch's interpolate.
 */
export function latentMask(luma: Float32Array, widthPx: number, shape: LatentShape): Float32Array {
  const { heightLatent, widthLatent } = shape
  const factor = widthPx / widthLatent
  const mask = new Float32Array(heightLatent * widthLatent)
  for (let y = 0; y < heightLatent; y++) {
    for (let x = 0; x < widthLatent; x++) {
      const pixel = luma[Math.trunc(y * factor) * widthPx + Math.trunc(x * factor)] ?? 0
      mask[y * widthLatent + x] = pixel >= 0.5 ? 1 : 0
    }
  }
  return mask
}
