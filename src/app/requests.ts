/** Requests and button actions, before defaults and checks. */

import type { PromptSyntax, RefinerWay, SigmaSpread, TimestepSpacing } from '../common/choices.ts'
import type { Preprocessor } from '../engine/work-order.ts'
import type { Problem } from './problems.ts'

/** A picture of a request: a stored one by id, or uploaded bytes. */
export type GivenPicture = { kind: 'stored'; pictureId: string } | { kind: 'bytes'; bytes: Uint8Array }

/** A requested ControlNet, with the id of a stored picture if it names one. */
export interface ControlRequest {
  name: string
  pictureId?: string
  preprocessor?: Preprocessor
  scale?: number
  /** The fractions of the schedule between which it is active. */
  range?: [start: number, end: number]
  guess?: boolean
}

/** A picture as a prompt. Without a name, the first fitting IP-Adapter is used. */
export interface ImagePromptRequest {
  name?: string
  pictureId?: string
  scale?: number
}

/** `/imagine` as typed, without defaults. Values may be out of range; app/resolve checks them. */
export interface ImagineRequest {
  prompt: string
  prompt2?: string
  negative?: string
  size?: { widthPx: number; heightPx: number }
  aspect?: { width: number; height: number }
  count?: number
  /** -1: a random seed, also where a derived request would keep the old one. */
  seed?: number
  steps?: number
  guidance?: number
  guidanceRescale?: number
  guidanceInterval?: [number, number]
  sampler?: string
  /** The spacing of the noise levels; absent: the model's own. */
  sigmas?: SigmaSpread
  /** The spacing of the timesteps; absent: the model's own. */
  spacing?: TimestepSpacing
  /** A schedule of ComfyUI or A1111 by name (sgm_uniform, simple, ays …), instead of the model's own. */
  schedule?: string
  /** The total noise added before the steps of Euler, Heun and DPM2 (s_churn). */
  churn?: number
  /** The fraction of noise that DDIM-like, ancestral and SDE samplers draw anew, 0 to 1. */
  eta?: number
  /** A few-step preset by name (turbo, lightning, lcm …). */
  preset?: string
  model?: string
  /** A VAE of the library by name, instead of the model's own. */
  vae?: string
  /** LoRAs in addition to those in the prompt. */
  loras?: readonly LoraRequest[]
  style?: string
  clipSkip?: number
  /** The syntax of weights and other markup in the prompts; absent: the configured one. */
  syntax?: PromptSyntax
  /** false: no Refiner; true: the model's default mode; or one of the two modes by name. */
  refine?: boolean | RefinerWay
  /** The strength of the Refiner's image to image in the mode `after`, and the steps of its whole schedule. */
  refineStrength?: number
  refineSteps?: number
  /** The fraction of the schedule after which the Refiner takes over in the mode `ensemble`. */
  refineSplit?: number
  refineGuidance?: number
  /** The aesthetic score in the Refiner's conditioning. */
  refineScore?: number
  source?: GivenPicture
  mask?: GivenPicture
  /** The strength of image to image, 0 to 1. */
  strength?: number
  /** False skips pasting the part of the source that a mask keeps over the result. */
  pasteBack?: boolean
  /** The width of the blended edge between the painted part and the kept part. */
  softEdgePx?: number
  /** The padding in pixels if only the area around the mask is painted, at full resolution; false: the whole picture. */
  onlyMasked?: number | false
  controls?: readonly ControlRequest[]
  /** The pictures for the `controls` without a picture id, in their order. */
  controlPictures?: readonly GivenPicture[]
  imagePrompts?: readonly ImagePromptRequest[]
  /** The pictures for the `imagePrompts` without a picture id, in their order. */
  promptPictures?: readonly GivenPicture[]
  fast?: boolean
  /** The number of jobs with the same prompt. */
  repeat?: number
  /** The picture from which this request was derived, for the link to the parent. */
  parentPictureId?: string
  /** The flags of the prompt that an option, a field or an attached picture overrides with another value. */
  overridden?: readonly OverriddenFlag[]
  /** The problems of parsing. The request is refused with these and all its other problems. */
  problems?: readonly Problem[]
}

/** A flag with two values: `dropped` in the prompt, `used` beside it. Without `used` an attached picture is used. */
export interface OverriddenFlag {
  readonly flag: string
  readonly dropped: string
  readonly used?: string | undefined
}

/** A LoRA by name. `unetWeight` defaults to 1, and `textWeight` to `unetWeight`. */
export interface LoraRequest {
  readonly name: string
  readonly unetWeight?: number
  readonly textWeight?: number
}

/** A press of a button. */
export type Action =
  | { kind: 'refine' | 'vary-subtle' | 'vary-strong' | 'info'; pictureId: string }
  | { kind: 'upscale'; pictureId: string; factor: 2 | 4 }
  /** Remix: the edited request of the form, merged over the picture's settings. */
  | { kind: 'remix'; pictureId: string; request: ImagineRequest }
  /** Actions on the whole job, so that they work without a picture, too: a failed job can be re-rolled. */
  | { kind: 're-roll' | 'delete' | 'cancel'; jobId: string }
