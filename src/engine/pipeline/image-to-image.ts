/**
 * Image to image: adds noise to a picture's latents up to the level at which the span begins, then runs the span.
 * The same code serves the Base (variations) and the Refiner (the Refine button). Meng et al. 2021 (SDEdit).
 */
import type { Vae } from '../networks/networks.ts'
import { type DenoiseRun, denoise, type RunHooks, valuesPerPicture } from './denoising/denoise.ts'
import { type Posterior, sampleLatents } from './latents/latents.ts'

/** Draws, in the reference's order: the source's posterior, then the noise. */
export function imageToImage(
  run: DenoiseRun,
  vae: Vae,
  source: Posterior,
  hooks: RunHooks,
): Promise<Float32Array> {
  const clean = sampleLatents(vae, source, run.noise)
  const noise = run.noise.draw(valuesPerPicture(run.shape))
  return denoise(run, run.sampler.addNoise(clean, noise, run.span.first), hooks)
}
