/**
 * Inpainting with the ordinary 4-channel Base: after every step, what the mask keeps is put back at that step's noise
 * level (Lugmayr et al. 2022 without resampling; as the reference does it).
 */
import type { Vae } from '../networks/networks.ts'
import { type DenoiseRun, denoise, type LatentShape, type RunHooks, valuesPerPicture } from './denoise.ts'
import { type Posterior, sampleLatents } from './latents.ts'

/** strength: 1 starts from pure noise; below, from the noised source. mask: [h, w] in latents, 1 is painted anew. */
export function inpaint(
  run: DenoiseRun,
  vae: Vae,
  source: Posterior,
  mask: Float32Array,
  strength: number,
  hooks: RunHooks,
): Promise<Float32Array> {
  const { sampler, shape, span } = run
  const perPicture = valuesPerPicture(shape)
  const clean = sampleLatents(vae, source, run.noise)
  const noise = run.noise.draw(perPicture)
  // The reference also draws the posterior of the masked picture, which only 9-channel models use.
  run.noise.drawForSource(perPicture)

  const start =
    strength >= 1
      ? noise.map(value => value * sampler.initNoiseSigma)
      : sampler.addNoise(clean, noise, span.first)
  const afterStep = (latents: Float32Array, i: number): Float32Array => {
    const isLast = i + 1 >= sampler.timesteps.length
    const kept = isLast ? clean : sampler.addNoise(clean, noise, i + 1)
    return latents.map((value, at) => {
      const painted = mask[at % mask.length] ?? 0
      return (1 - painted) * (kept[at] ?? 0) + painted * value
    })
  }
  return denoise({ ...run, afterStep }, start, hooks)
}

/**
 * A mask picture's luma in 0..1, [H, W], to [H/8, W/8] of zeros and ones: halves and above are painted anew.
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
