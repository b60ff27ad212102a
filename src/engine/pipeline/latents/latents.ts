/** Converts between pictures and latents: the VAE with its scaling, one picture at a time, in tiles for large sizes. */
import type { LatentScaling } from '../../networks/configs/vae-config.ts'
import { untiledPixels } from '../../networks/memory/working-memory.ts'
import type { Vae } from '../../networks/networks.ts'
import { type LatentShape, valuesPerPicture } from '../denoising/denoise.ts'
import type { NoiseSource } from '../denoising/noise-source.ts'
import { requireFinite } from '../finite.ts'
import { decodeTiled, defaultTile, encodeTiled, exceedsTile } from './vae-tiling.ts'

/**
 * latents as sampled, [pictures,4,h,w] -> pixels [pictures,3,8h,8w] in about -1..1; one picture at a time.
 * @throws AppError 'not-finite' when the VAE returns NaN or infinity.
 */
export async function decodeLatents(
  vae: Vae,
  latents: Float32Array,
  shape: LatentShape,
): Promise<Float32Array> {
  const perPicture = valuesPerPicture(shape)
  const { pictures, heightLatent, widthLatent } = shape
  const pixelsPerPicture = 3 * heightLatent * widthLatent * vae.factor ** 2
  const pixels = new Float32Array(pictures * pixelsPerPicture)
  for (let i = 0; i < pictures; i++) {
    const unscaled = unscaleLatents(vae.scaling, latents.slice(i * perPicture, (i + 1) * perPicture))
    const picture = needsTiles(vae, heightLatent, widthLatent)
      ? await decodeTiled(vae, unscaled, 1, heightLatent, widthLatent)
      : await vae.decode(unscaled, 1, heightLatent, widthLatent)
    pixels.set(requireFinite(picture, 'picture'), i * pixelsPerPicture)
  }
  return pixels
}

/** The VAE's posterior of one picture's latents: mean and deviation, [4,h,w] each. */
export interface Posterior {
  readonly mean: Float32Array
  readonly deviation: Float32Array
}

/** pixels [3,H,W] in -1..1 -> posterior, before scaling. @throws AppError 'not-finite' when the VAE returns NaN or infinity. */
export async function encodePixels(
  vae: Vae,
  pixels: Float32Array,
  heightPx: number,
  widthPx: number,
): Promise<Posterior> {
  const [heightLatent, widthLatent] = [heightPx / vae.factor, widthPx / vae.factor]
  const moments = needsTiles(vae, heightLatent, widthLatent)
    ? await encodeTiled(vae, pixels, 1, heightPx, widthPx)
    : await vae.encode(pixels, 1, heightPx, widthPx)
  requireFinite(moments, 'source')
  const half = moments.length / 2
  const deviation = moments
    .slice(half)
    .map(logVariance => Math.exp(0.5 * Math.min(Math.max(logVariance, -30), 20)))
  return { mean: moments.slice(0, half), deviation }
}

/**
 * Samples a source's latents for every picture of the batch: mean + deviation · noise, scaled. One draw. The reference's
 * inpainting leaves out the mean and deviation of EDM's latents here, although it decodes with them; Easel has them in both.
 */
export function sampleLatents(vae: Vae, posterior: Posterior, noise: NoiseSource): Float32Array {
  const { mean, deviation } = posterior
  const drawn = noise.drawForSource(mean.length)
  const sampled = drawn.map((value, i) => {
    const at = i % mean.length
    return (mean[at] ?? 0) + Math.fround((deviation[at] ?? 0) * value)
  })
  return scaleLatents(vae.scaling, sampled, mean.length)
}

/** z = latents·deviation/factor + mean, per channel of one picture's [4,h,w]; in float32, as the reference divides. */
export function unscaleLatents(
  { factor, mean, deviation }: LatentScaling,
  latents: Float32Array,
): Float32Array {
  if (!mean || !deviation) return latents.map(value => value / factor)
  const perChannel = latents.length / mean.length
  return latents.map((value, i) => {
    const channel = Math.trunc(i / perChannel)
    return Math.fround(Math.fround(value * (deviation[channel] ?? 1)) / factor) + (mean[channel] ?? 0)
  })
}

/** latents = (z - mean)·factor/deviation, per channel of pictures of `perPicture` values each. */
function scaleLatents(
  { factor, mean, deviation }: LatentScaling,
  z: Float32Array,
  perPicture: number,
): Float32Array {
  if (!mean || !deviation) return z.map(value => factor * value)
  const perChannel = perPicture / mean.length
  return z.map((value, i) => {
    const channel = Math.trunc((i % perPicture) / perChannel)
    return Math.fround(Math.fround(value - (mean[channel] ?? 0)) * factor) / (deviation[channel] ?? 1)
  })
}

/** Whether a picture is too large for the VAE at once, in memory and in its training size. */
function needsTiles(vae: Vae, heightLatent: number, widthLatent: number): boolean {
  const pixels = heightLatent * widthLatent * vae.factor ** 2
  return pixels > untiledPixels(vae) && exceedsTile(heightLatent, widthLatent, defaultTile(vae))
}
