/** Text to image: noise, then the whole schedule, or its first part if a Refiner continues. */
import { type DenoiseRun, denoise, type RunHooks, valuesPerPicture } from './denoising/denoise.ts'

/** Starts from pure noise. Returns the latents at the end of the run's span. */
export function textToImage(run: DenoiseRun, hooks: RunHooks): Promise<Float32Array> {
  const unit = run.noise.draw(valuesPerPicture(run.shape))
  const start = unit.map(value => value * run.sampler.initNoiseSigma)
  return denoise(run, start, hooks)
}
