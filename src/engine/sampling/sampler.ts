/** What a sampler is: one update rule over one run's noise levels, data in and data out; it never touches the U-Net. */
import type { NoiseLevels } from './noise-levels.ts'

/** What a model's scheduler says of its noise, and what an order changes in it. */
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
  /** Where the last step leads: clean, or the least noise of the training. */
  finalSigma: 'zero' | 'minimum'
  /** What DDIM, PNDM, LCM and TCD take for a timestep before 0: no noise, or that of timestep 0. */
  setAlphaToOne: boolean
  /** LCM, TCD: length of the schedule that the model was distilled on. */
  originalSteps: number
  /** LCM: factor on the timestep in the boundary condition. */
  timestepScaling: number
  /** DDIM, DDPM, LCM, Heun: x0 is held to ± this. */
  clipRange?: number
  /** Share of the noise that is drawn anew: DDIM (0 when missing), TCD (0.3 when missing). */
  eta?: number
  /** Fixed timesteps of a model distilled to them; they replace spacing and count. */
  timesteps?: readonly number[]
  /** A schedule of k-diffusion and the UIs by its name (schedules/); it replaces spacing and sigmas. */
  schedule?: string
  /** The noise of a model that was trained with EDM's scalings; it replaces the betas. */
  edm?: EdmNoise
  rule?: RuleOptions
}

/** Karras et al. 2022, table 1, right column. */
export interface EdmNoise {
  sigmaMin: number
  sigmaMax: number
  /** Deviation of the training data. */
  sigmaData: number
  rho: number
  spread: 'karras' | 'exponential'
}

/** What a rule may be told besides its noise levels. A rule heeds what its own comment names. */
export interface RuleOptions {
  /** Share of the noise that ancestral and SDE rules draw anew; 1 when missing, 0 is deterministic. */
  eta?: number
  /** Factor on drawn noise; k-diffusion's s_noise. */
  noiseFactor?: number
  churn?: Churn
  /** DPM++ SDE: where between two levels the second look lies, in λ; k-diffusion's r, 1/2 when missing. */
  middle?: number
  /** DPM++ 2M and its SDE: how the second order is reached. */
  solver?: 'midpoint' | 'heun'
  /** DPM++ 2M and its SDE: the last step of runs below 15 steps is of first order; true when missing. */
  lowerOrderFinal?: boolean
  /** The last step of every run is. */
  eulerAtFinal?: boolean
}

/** Noise added before a step, at the sigmas from `from` to `to`; Karras et al. 2022, algorithm 2. */
export interface Churn {
  /** S_churn, over the whole run. */
  amount: number
  /** S_tmin and S_tmax. */
  from: number
  to: number
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
 * A caller does, for i from where it begins to timesteps.length - 1: churn → scaleInput → U-Net at timesteps[i] → step.
 * Beginning late (image to image, the Refiner taking over) needs nothing but a later first i.
 */
export interface Sampler {
  /** One entry per model call (second-order samplers call twice per step), possibly fractional. */
  readonly timesteps: readonly number[]
  /** Model calls per step; a run may begin only at multiples of it. */
  readonly order: 1 | 2
  /** Standard deviation by which unit noise is multiplied to start from nothing. */
  readonly initNoiseSigma: number
  /** Brings latents to the level at which model call i looks, where the rule adds noise before it. */
  churn?(latents: Float32Array, i: number, draw: DrawNoise): Float32Array
  /** What the U-Net gets for model call i. */
  scaleInput(latents: Float32Array, i: number): Float32Array
  /** Goes from model call i to i + 1, given what the U-Net said. Draws noise only as the reference does. */
  step(modelOutput: Float32Array, i: number, latents: Float32Array, draw: DrawNoise): Step
  /** Clean latents brought to the noise level of model call i: the start of image to image, and inpainting's blend. */
  addNoise(clean: Float32Array, noise: Float32Array, i: number): Float32Array
}

/** A sampler as people choose it. */
interface Named {
  /** Stable identifier: in requests, metadata and golden numbers. */
  readonly name: string
  /** For people. */
  readonly label: string
  /** Class name in a diffusers scheduler_config.json, where one stands for it. */
  readonly diffusersClass?: string
  /** Spreads of sigmas that the rule can use beside `plain`. */
  readonly sigmas: readonly SchedulerConfig['sigmas'][]
  /** What of an order's noise options the rule makes use of. */
  readonly heeds?: readonly ('eta' | 'churn')[]
}

/** A rule over noise levels, whichever schedule they come from. */
export interface LevelSampler extends Named {
  /** The levels of its reference class. */
  levels(config: SchedulerConfig, steps: number): NoiseLevels
  rule(levels: NoiseLevels, options: RuleOptions): Sampler
  /** The UIs leave the smallest sigma before the end out for it. */
  readonly discardsPenultimate?: boolean
}

/** A rule over training timesteps, which takes its reference's schedule and no other. */
export interface TimestepSampler extends Named {
  create(config: SchedulerConfig, steps: number): Sampler
}

export type SamplerKind = LevelSampler | TimestepSampler
