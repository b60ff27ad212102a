/** What a sampler is: one update rule over one schedule, as data in and data out; it never touches the U-Net. */

/** The keys of a diffusers scheduler_config.json that change numbers; missing keys take SDXL's values. */
export interface SchedulerConfig {
  trainTimesteps: number
  betaStart: number
  betaEnd: number
  betaSchedule: 'scaled_linear' | 'linear'
  prediction: 'epsilon' | 'v_prediction' | 'sample'
  spacing: 'leading' | 'trailing' | 'linspace'
  stepsOffset: number
  /** How sigmas are spread over the chosen range; `plain` keeps those of the timesteps. */
  sigmas: 'plain' | 'karras' | 'exponential' | 'beta'
  zeroTerminalSnr: boolean
  /** DDIM: share of the noise that is drawn anew. TCD and DPM++ SDE name theirs likewise. */
  eta?: number
}

/** Standard normal values of the given length, from the request's own generator(s), in the reference's order. */
export type DrawNoise = () => Float32Array

/** Where one step led. */
export interface Step {
  /** [B,4,H/8,W/8], the input of the next model call. */
  latents: Float32Array
  /** The clean latents that this step predicts, same shape: what previews show. */
  predictedClean: Float32Array
}

/**
 * One run of a sampler over `steps` steps. Stateful (multistep samplers keep history), so one per picture batch.
 * A caller does, for i in 0 … timesteps.length - 1: scaleInput → U-Net at timesteps[i] → step.
 */
export interface Sampler {
  /** One entry per model call (second-order samplers call twice per step), possibly fractional. */
  readonly timesteps: readonly number[]
  /** Standard deviation by which unit noise is multiplied to start from nothing. */
  readonly initNoiseSigma: number
  /** What the U-Net gets for model call i. */
  scaleInput(latents: Float32Array, i: number): Float32Array
  /** Goes from model call i to i + 1, given what the U-Net said. Draws noise only as the reference does. */
  step(modelOutput: Float32Array, i: number, latents: Float32Array, draw: DrawNoise): Step
  /** Clean latents brought to the noise level of model call i: the start of image to image, and inpainting's blend. */
  addNoise(clean: Float32Array, noise: Float32Array, i: number): Float32Array
  /** Says that the run begins at model call i (image to image, or the Refiner taking over). */
  beginAt(i: number): void
}
