/** The interface of samplers: one update rule over one run's noise levels. A sampler never calls the U-Net. */
import type { SigmaSpread, TimestepSpacing } from '../../common/choices.ts'
import type { NoiseLevels } from './noise/noise-levels.ts'

/** diffusers' names of the ways that β grows over the training timesteps (noise/training-betas.ts). */
export const betaSchedules = ['scaled_linear', 'linear', 'squaredcos_cap_v2'] as const
export type BetaSchedule = (typeof betaSchedules)[number]

/** diffusers' names of what a U-Net predicts: the noise, v, or the denoised latents. */
export const predictions = ['epsilon', 'v_prediction', 'sample'] as const

/** diffusers' names of the ways that Euler's sigmas between the training's are found. */
export const interpolations = ['linear', 'log_linear'] as const

/** diffusers' names of the ways that the sigmas of an EDM model are spread. */
export const edmSpreads = ['karras', 'exponential'] as const

/** The noise settings of a model's scheduler, with the changes of an order. */
export interface SchedulerConfig {
  trainTimesteps: number
  betaStart: number
  betaEnd: number
  betaSchedule: BetaSchedule
  prediction: (typeof predictions)[number]
  spacing: TimestepSpacing
  stepsOffset: number
  /** The spacing of sigmas over the chosen range; `plain` keeps the sigmas of the timesteps. */
  sigmas: SigmaSpread
  /** DPM-Solver: timesteps of exponential sigmas are rounded (use_lu_lambdas). */
  isLu: boolean
  /** Euler: replaces the ends of the range over which sigmas are spread. */
  sigmaRange: { readonly least: number | undefined; readonly most: number | undefined }
  /** Euler: `log_linear` takes the sigmas even in ln σ instead of those of the timesteps. */
  interpolation: (typeof interpolations)[number]
  /** Euler: the network's timestep is ln σ / 4, as in EDM. */
  logTimesteps: boolean
  zeroTerminalSnr: boolean
  /** The sigma after the last step: zero, or the smallest of the training. */
  finalSigma: 'zero' | 'minimum'
  /** The noise of a timestep before 0 in DDIM, PNDM, LCM and TCD: none, or that of timestep 0. */
  setAlphaToOne: boolean
  /** LCM, TCD: length of the schedule that the model was distilled on. */
  originalSteps: number
  /** LCM: factor on the timestep in the boundary condition. */
  timestepScaling: number
  /** DDIM, DDPM, LCM, Heun, the DPM family: x0 is clipped to ± this. */
  clipRange?: number
  /** DDPM: the variance of fresh noise is β instead of its lower bound. */
  hasLargeVariance: boolean
  /** Share of fresh noise: DDIM (0 when missing), TCD (0.3 when missing). */
  eta?: number
  /** Fixed timesteps of a distilled model; they replace spacing and count. */
  timesteps?: readonly number[]
  /** The name of a schedule of k-diffusion and the UIs (schedules/); it replaces spacing and sigmas. */
  schedule?: string
  /** The noise of a model that was trained with EDM's scalings; it replaces the betas. */
  edm?: EdmNoise
  rule?: RuleOptions
}

/** Karras et al. 2022, table 1, right column. */
export interface EdmNoise {
  sigmaMin: number
  sigmaMax: number
  /** Standard deviation of the training data. */
  sigmaData: number
  rho: number
  spread: (typeof edmSpreads)[number]
}

/** Options of a rule besides its noise levels. A rule uses the options that its own comment lists. */
export interface RuleOptions {
  /** Share of fresh noise in ancestral and SDE rules; 1 when missing, 0 is deterministic. */
  eta?: number
  /** Factor on drawn noise; k-diffusion's s_noise. */
  noiseFactor?: number
  churn?: Churn
  /** DPM++ SDE: position of the second call between two levels, in λ; k-diffusion's r, 1/2 when missing. */
  middle?: number
  /** DPM++ 2M and its SDE: the second-order method. */
  solver?: 'midpoint' | 'heun'
  /** DPM++ 2M, its SDE and DEIS: the last step of runs below 15 steps is of first order; true when missing. UniPC, DPM++ 2S: of every run. */
  lowerOrderFinal?: boolean
  /** DPM++ 2M and its SDE: the last step of every run is of first order. */
  eulerAtFinal?: boolean
  /** UniPC: B(h) = h or e^h - 1. */
  variant?: 'bh1' | 'bh2'
  /** UniPC, DEIS, DPM++ 2M, its SDE and DPM++ 2S: the highest order of a step. */
  solverOrder?: 1 | 2 | 3
}

/** Noise added before a step, at the sigmas from `from` to `to`; Karras et al. 2022, algorithm 2. */
export interface Churn {
  /** S_churn, over the whole run. */
  amount: number
  /** S_tmin and S_tmax. */
  from: number
  to: number
}

/** Draws standard normal values, one per latent value, from the request's own generators, in the reference's order. */
export type DrawNoise = () => Float32Array

/** The result of one step. */
export interface Step {
  /** [B,4,H/8,W/8], the input of the next model call. */
  latents: Float32Array
  /** The clean latents that this step predicts, same shape; previews show them. */
  predictedClean: Float32Array
}

/**
 * One run of a sampler. Multistep samplers keep history, so a run is for one batch.
 * For each i up to timesteps.length - 1 a caller does: churn → scaleInput → U-Net at timesteps[i] → step.
 * A late start (image to image, the Refiner) only needs a larger first i.
 */
export interface Sampler {
  /** One timestep per model call (second-order samplers call twice per step), possibly fractional. */
  readonly timesteps: readonly number[]
  /** Model calls per step; a run may start only at multiples of it. */
  readonly order: 1 | 2
  /** Standard deviation of the initial noise: unit noise is multiplied by it. */
  readonly initNoiseSigma: number
  /** Adds noise before model call i, in rules that do so. */
  churn?(latents: Float32Array, i: number, draw: DrawNoise): Float32Array
  /** The U-Net's input for model call i. */
  scaleInput(latents: Float32Array, i: number): Float32Array
  /** Goes from model call i to i + 1 with the U-Net's output. Draws noise exactly where the reference does. */
  step(modelOutput: Float32Array, i: number, latents: Float32Array, draw: DrawNoise): Step
  /** Adds the noise of model call i to clean latents: the start of image to image, and inpainting's blend. */
  addNoise(clean: Float32Array, noise: Float32Array, i: number): Float32Array
}

/** The properties by which people choose a sampler. */
interface Named {
  /** Stable identifier: in requests, metadata and golden numbers. */
  readonly name: string
  /** For people. */
  readonly label: string
  /** The corresponding class name in a diffusers scheduler_config.json, if there is one. */
  readonly diffusersClass?: string
  /** Sigma spacings that the rule supports besides `plain`. */
  readonly sigmas: readonly SchedulerConfig['sigmas'][]
  /** The noise options of an order that the rule uses. */
  readonly noiseOptions?: readonly ('eta' | 'churn')[]
}

/** A rule over noise levels from any schedule. */
export interface LevelSampler extends Named {
  /** The levels of its reference class. */
  levels(config: SchedulerConfig, steps: number): NoiseLevels
  rule(levels: NoiseLevels, options: RuleOptions): Sampler
  /** The UIs remove the smallest sigma before the end for this rule. */
  readonly discardsPenultimate?: boolean
}

/** A rule over training timesteps, which supports its reference's schedule only. */
export interface TimestepSampler extends Named {
  create(config: SchedulerConfig, steps: number): Sampler
}

export type SamplerKind = LevelSampler | TimestepSampler
