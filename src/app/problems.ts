/** Problems of requests (refusals and changes) as codes with facts; words/ has their sentences. */
import type { RefinerWay } from '../common/choices.ts'
import type { RefinerMismatch } from '../engine/models/record.ts'
import type { ForeignMark } from '../engine/text/prompt-rule.ts'
import type { Preprocessor } from '../engine/work-order.ts'
import type { ModelFileProblem } from '../errors/model-problem.ts'
import type { PictureProblem } from '../errors/picture-problem.ts'
import type { StorageProblem } from '../errors/storage-problem.ts'
import type { LimitedText } from './checks/text-limits.ts'
import type { OverriddenFlag } from './requests.ts'
import type { PictureUse } from './resolve/request-pictures.ts'

export type { ForeignMark, Preprocessor, RefinerMismatch }

/** The required form of a flag's or an option's value; words/ has the sentence. */
export type FlagExpectation =
  | 'text'
  | 'whole-number'
  | 'number'
  | 'ratio'
  | 'size'
  | 'interval'
  | 'on-off'
  | 'on-or-off'
  | 'refine'
  | 'sigmas'
  | 'spacing'
  | 'syntax'
  | 'loras'
  | 'picture-id'
  | 'padding'
  | 'control'
  | 'image-prompt'

export interface ProblemDetails {
  'prompt-empty': Record<string, never>
  'text-too-long': { field: LimitedText; length: number | { moreThan: number }; limit: number }
  /** Notices: how brackets and weights were read if they do not follow A1111's syntax. */
  'bracket-unclosed': { bracket: string }
  'bracket-stray': { bracket: string }
  'weight-limited': { used: number }
  /** A notice: the markup belongs to another program and is treated as text. */
  'prompt-foreign': { what: ForeignMark; written: string }
  /** A notice: `<type:name>` of an unknown type is removed from the prompt. */
  'network-unused': { type: string; name: string }
  /** `embedding:` in a prompt, followed by a name that is not an embedding. */
  'embedding-unknown': { name: string; nearest: string[] }
  /** An embedding for another kind of model. */
  'embedding-width': { name: string; width: number; expected: number[] }
  /** Alternatives and repeats expand to more jobs than one request may have. */
  'fan-out': { count: number; limit: number }
  'wildcard-unknown': { name: string; known: string[] }
  'wildcard-endless': { name: string }
  /** There are more wrong flags than are listed. */
  'flags-more': Record<string, never>
  'flag-unknown': { flag: string; nearest?: string }
  /** A parameter of Midjourney; `nearest` is the flag with a similar effect. */
  'flag-of-midjourney': { flag: string; nearest?: string }
  /** `isField`: typed into a form's field, not behind a prompt. */
  'flag-value': { flag: string; value: string; expected: FlagExpectation; isField?: true }
  'flag-repeated': { flag: string }
  /** A notice. */
  'flag-overridden': OverriddenFlag
  /** `usage` is how the command is typed. */
  'option-value': { usage: string; value: string; expected: FlagExpectation }
  /** Words after a command that takes none. */
  'command-words': { usage: string; words: string }
  /** `value` is the typed text if a number would round it. */
  'out-of-range': { name: string; value: number | string; min: number; max: number }
  'size-step': {
    widthPx: number
    heightPx: number
    stepPx: number
    nearestWidthPx: number
    nearestHeightPx: number
  }
  'aspect-and-size': { aspect: string; size: string }
  /** No device has the memory for it. */
  'memory-too-small': { device: string; neededBytes: number; budgetBytes: number }
  'size-range': { widthPx: number; heightPx: number; minPx: number; maxPx: number }
  'sampler-unknown': { name: string; nearest: string[] }
  'schedule-unknown': { name: string; nearest: string[] }
  /** The sampler supports only its own timesteps. */
  'schedule-unsupported': { sampler: string; schedule: string }
  /** The sampler does not support the noise levels that the model was trained with. */
  'sampler-unsupported': { sampler: string; model: string }
  /** A notice: the model's own scheduler, or this key of it, is not supported, and another sampler is used. */
  'scheduler-not-built': { model: string; className: string; key?: string; sampler: string }
  /** A notice: the model requires zero terminal SNR, and the sampler does not support it. */
  'zero-snr-unused': { model: string; sampler: string }
  /** A notice: the sampler does not use that flag. */
  'flag-unused': { flag: string; sampler: string }
  'preset-unknown': { name: string; known: string[] }
  'model-unknown': { name: string; known: string[] }
  'vae-unknown': { name: string; known: string[] }
  /** The VAE's latents have another number of channels than the model's. */
  'vae-unfit': { vae: string; model: string; found: number; expected: number }
  'lora-unknown': { name: string; known: string[] }
  /** `<lora:name:…>` in a prompt whose weight is not a number. */
  'lora-weight': { name: string; written: string }
  'lora-unfit': { lora: string; model: string; problem: ModelFileProblem }
  /** A notice: the model lacks some of the LoRA's modules. `examples`: in the file's spelling. */
  'lora-partly': { lora: string; model: string; unmatched: number; modules: number; examples: string[] }
  /** A notice: the LoRA's file has embeddings, which are not used. */
  'lora-embeddings': { lora: string; embeddings: string[] }
  /** A notice: LoRAs in the negative prompt are ignored. */
  'lora-in-negative': { name: string }
  'style-unknown': { name: string; known: string[] }
  /** A flag of the Refiner, but the Refiner is not used or is used in the other mode. */
  'refine-flag': { flag: string; way: 'on' | RefinerWay }
  'no-refiner': { model: string }
  'refiner-mismatch': { model: string; refiner: string; what: RefinerMismatch }
  'strength-too-low': { strength: number; steps: number; minimum: number }
  'picture-refused': { problem: PictureProblem }
  /** An attached file could not be fetched, or is no picture. */
  'picture-not-fetched': {
    use: PictureUse
    why: 'gone' | 'too-large' | 'not-a-picture' | 'forbidden'
    limitBytes: number
  }
  /** Notices. */
  'picture-shrunk': { from: string; to: string }
  'mask-resized': { mask: string; picture: string }
  'fast-left-out': Record<string, never>
  /** A flag about the mask, but there is no mask. */
  'mask-flag': { flag: string }
  'control-unknown': { name: string; known: string[] }
  /** The ControlNet was made for a U-Net of another shape. */
  'control-unfit': { control: string; model: string }
  'control-without-picture': { control: string }
  /** A control picture, but no ControlNet is named. */
  'control-unnamed': { known: string[] }
  /** There are more pictures than ControlNets or image prompts that use them. */
  'pictures-unused': { flag: string; given: number; taken: number }
  /** An unknown IP-Adapter; without `name` if there is no IP-Adapter at all. */
  'image-prompt-unknown': { name?: string; known: string[] }
  'image-prompt-unfit': { adapter: string; model: string }
  'image-prompt-without-picture': Record<string, never>
  'mask-without-source': Record<string, never>
  'strength-without-source': Record<string, never>
  /** The request would reveal more of another person's source picture than that person showed. */
  'source-private': Record<string, never>
  /** A typed id that no picture visible to the person has. */
  'picture-unknown': { id: string }
  /** A button's picture that no longer exists or is not visible to the person. Nobody typed its id. */
  'picture-gone': Record<string, never>
  'job-unknown': { id: string }
  /** Easel did not paint that picture, or its prompt was deleted, so no new order can be derived. */
  'no-recipe': Record<string, never>
  /** A notice: the model of that name has other weights than when the picture was painted. */
  'model-changed': { model: string }
  'already-running': { action: string }
  'already-finished': Record<string, never>
  /** The painting is stopped, but a restart before that can be stored brings the job back. */
  'cancel-not-stored': { problem: StorageProblem }
  'not-finished': Record<string, never>
  'not-yours': Record<string, never>
  /** `name` is the person's name in the configuration's format. */
  'admins-only': { name: string }
  /** Over the quota of the person, address or space. `nextAt`: when enough is free; absent if the quota never suffices. */
  'quota-used': {
    whose: 'person' | 'address' | 'space'
    limit: number
    perHours: number
    left: number
    wanted: number
    nextAt?: number
  }
  'queue-full': { limit: number }
  'shutting-down': Record<string, never>
}

export type ProblemCode = keyof ProblemDetails

/** One reason with its facts; words/ turns it into a sentence. */
export type Problem = { [Code in ProblemCode]: { code: Code; details: ProblemDetails[Code] } }[ProblemCode]

/** Builds a problem with its details checked against its code. */
export function problem<Code extends ProblemCode>(code: Code, details: ProblemDetails[Code]): Problem {
  // TypeScript does not distribute an object over a generic code; the signature pairs it with its details.
  return { code, details } as Problem
}
