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
  /** Where the last step of the DPM family leads: clean, or the least noise of the training. */
  finalSigma: 'zero' | 'minimum'
  /** What DDIM, PNDM, LCM and TCD take for a timestep before 0: no noise, or that of timestep 0. */
  setAlphaToOne: boolean
  /** LCM, TCD: length of the schedule that the model was distilled on. */
  originalSteps: number
  /** LCM: factor on the timestep in the boundary condition. */
  timestepScaling: number
  /** Share of the noise that is drawn anew: DDIM (0 when missing), TCD (0.3 when missing). */
  eta?: number
  /** Fixed timesteps of a model distilled to them; they replace spacing and count. */
  timesteps?: readonly number[]
}

/** Standard normal values, as many as the latents have, from the request's own generator(s), in the reference's order. */
export type DrawNoise = () => Float32Array

/** Where one step led. */
export interface Step {
  /** [B,4,H/8,W/8], the input of the next model call. */
  latents: Float32Array
  /** The clean latents that this step predicts, same shape: what previews show. */
  predictedClean: Float32Array
}

/**
 * One run of a sampler. Stateful (multistep samplers keep history), so one per picture batch.
 * A caller does, for i from where it begins to timesteps.length - 1: scaleInput → U-Net at timesteps[i] → step.
 * Beginning late (image to image, the Refiner taking over) needs nothing but a later first i.
 */
export interface Sampler {
  /** One entry per model call (second-order samplers call twice per step), possibly fractional. */
  readonly timesteps: readonly number[]
  /** Model calls per step; a run may begin only at multiples of it. */
  readonly order: 1 | 2
  /** Standard deviation by which unit noise is multiplied to start from nothing. */
  readonly initNoiseSigma: number
  /** What the U-Net gets for model call i. */
  scaleInput(latents: Float32Array, i: number): Float32Array
  /** Goes from model call i to i + 1, given what the U-Net said. Draws noise only as the reference does. */
  step(modelOutput: Float32Array, i: number, latents: Float32Array, draw: DrawNoise): Step
  /** Clean latents brought to the noise level of model call i: the start of image to image, and inpainting's blend. */
  addNoise(clean: Float32Array, noise: Float32Array, i: number): Float32Array
}

/** A sampler as people choose it. */
export interface SamplerKind {
  /** Stable identifier: in requests, metadata and golden numbers. */
  readonly name: string
  /** For people. */
  readonly label: string
  /** Class name in a diffusers scheduler_config.json. */
  readonly diffusersClass: string
  /** Spreads of sigmas that the rule can use beside `plain`. */
  readonly sigmas: readonly SchedulerConfig['sigmas'][]
  create(config: SchedulerConfig, steps: number): Sampler
}
