/** Requests and button actions, before defaults and checks. */

import type { PromptSyntax } from '../engine/text/prompt-rules.ts'
import type { Preprocessor } from '../engine/work-order.ts'

/** A picture that comes with a request: one of ours by id, or bytes as somebody sent them. */
export type GivenPicture = { kind: 'stored'; pictureId: string } | { kind: 'bytes'; bytes: Uint8Array }

/** A ControlNet as it was asked for, with one of our pictures where it names one. */
export interface ControlRequest {
  name: string
  pictureId?: string
  preprocessor?: Preprocessor
  scale?: number
  /** Fractions of the schedule between which it acts. */
  range?: [start: number, end: number]
  guess?: boolean
}

/** A picture as a prompt. Without a name, by the IP-Adapter that there is. */
export interface ImagePromptRequest {
  name?: string
  pictureId?: string
  scale?: number
}

/** `/imagine`, as typed: only what the person said. Values may be out of range; app/resolve answers in words. */
export interface ImagineRequest {
  prompt: string
  prompt2?: string
  negative?: string
  size?: { widthPx: number; heightPx: number }
  aspect?: { width: number; height: number }
  count?: number
  /** -1: by chance, whatever it was before. */
  seed?: number
  steps?: number
  guidance?: number
  guidanceRescale?: number
  guidanceInterval?: [number, number]
  sampler?: string
  /** Spread of the noise levels, where it is not to be the model's own. */
  sigmas?: 'plain' | 'karras' | 'exponential' | 'beta'
  /** Spread of the timesteps, where it is not to be the model's own. */
  spacing?: 'leading' | 'trailing' | 'linspace'
  /** A schedule of the UIs by name (sgm_uniform, simple, ays …), in place of the model's own way. */
  schedule?: string
  /** Noise added before each step of Euler, Heun and DPM2, over the whole run. */
  churn?: number
  /** Share of the noise that DDIM and its kin, ancestral and SDE samplers draw anew, 0 to 1. */
  eta?: number
  /** A few-step preset by name (turbo, lightning, lcm …). */
  preset?: string
  model?: string
  /** A VAE of the library by name, in place of the model's own. */
  vae?: string
  /** LoRAs beside those that the prompt names. */
  loras?: readonly LoraRequest[]
  style?: string
  clipSkip?: number
  /** The rule by which marks in the prompts are read, where it is not to be the configuration's. */
  syntax?: PromptSyntax
  /** false: none; true: the model's own way; or one of the two ways by name. */
  refine?: boolean | 'ensemble' | 'after'
  /** Of the Refiner's image to image (`after`): how far, and in how many steps of the whole schedule. */
  refineStrength?: number
  refineSteps?: number
  /** Of an ensemble: the fraction of the schedule at which the Refiner takes over. */
  refineSplit?: number
  refineGuidance?: number
  /** Aesthetic score that the Refiner is told to aim at. */
  refineScore?: number
  source?: GivenPicture
  mask?: GivenPicture
  /** How far image to image may go from its source, 0 to 1. */
  strength?: number
  /** Under a mask: false leaves what was painted as it is, instead of pasting back what the mask keeps. */
  pasteBack?: boolean
  /** Pixels along the mask's edge over which painted and kept are mixed. */
  softEdgePx?: number
  /** Only the part around the mask is painted, at full resolution: pixels of padding around it; false: all. */
  onlyMasked?: number | false
  controls?: readonly ControlRequest[]
  /** For those of `controls` that name no picture, in their order. */
  controlPictures?: readonly GivenPicture[]
  imagePrompts?: readonly ImagePromptRequest[]
  /** The same for `imagePrompts`. */
  promptPictures?: readonly GivenPicture[]
  fast?: boolean
  /** The same prompt this many times, each its own job. */
  repeat?: number
  /** The picture that this request came from, for the link to the parent. */
  parentPictureId?: string
}

/** A LoRA by name; what is left out is 1, or the same for the text encoders as for the U-Net. */
export interface LoraRequest {
  readonly name: string
  readonly unetWeight?: number
  readonly textWeight?: number
}

/** A press of a button. */
export type Action =
  | { kind: 'refine' | 'vary-subtle' | 'vary-strong' | 'info'; pictureId: string }
  | { kind: 'upscale'; pictureId: string; factor: 2 | 4 }
  /** Remix: the edited request as the form gave it, painted over the picture's own settings. */
  | { kind: 'remix'; pictureId: string; request: ImagineRequest }
  /** About the whole job, so that they work too where it has no picture (a failed one is re-rolled). */
  | { kind: 're-roll' | 'delete' | 'cancel'; jobId: string }
