/** Problems of requests (refusals and changes) as codes with facts; words/ has their sentences. */
import type { ForeignMark } from '../engine/text/prompt-rule.ts'
import type { Preprocessor } from '../engine/work-order.ts'
import type { ModelFileProblem } from '../errors/model-problem.ts'
import type { PictureProblem } from '../errors/picture-problem.ts'
import type { TextField } from './checks/text-limits.ts'

export type { ForeignMark, Preprocessor }

/** What the value of a flag or an option has to look like; words/ says it in a sentence. */
export type FlagExpectation =
  | 'text'
  | 'whole-number'
  | 'number'
  | 'ratio'
  | 'size'
  | 'interval'
  | 'on-off'
  | 'on-or-off'
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
  'text-too-long': { field: TextField; length: number; limit: number }
  /** Notices: how a prompt's brackets and weights were taken where they were not as A1111 has them. */
  'bracket-unclosed': { bracket: string }
  'bracket-stray': { bracket: string }
  'weight-limited': { used: number }
  /** A notice: another program would have understood that; it is painted as text. */
  'prompt-foreign': { what: ForeignMark; written: string }
  /** A notice: `<type:name>` in a prompt that nothing stands for is left out. */
  'network-unused': { type: string; name: string }
  /** What stands behind `embedding:` in a prompt and is none. */
  'embedding-unknown': { name: string; nearest: string[] }
  /** An embedding of another kind of model. */
  'embedding-width': { name: string; width: number; expected: number[] }
  /** Alternatives and repeats make more jobs than may be asked for at once. */
  'fan-out': { count: number; limit: number }
  'wildcard-unknown': { name: string; known: string[] }
  /** More flags were wrong than it helps to name. */
  'flags-more': Record<string, never>
  'flag-unknown': { flag: string; nearest?: string }
  /** A parameter of Midjourney's; `nearest` is the flag that does something like it. */
  'flag-of-midjourney': { flag: string; nearest?: string }
  'flag-value': { flag: string; value: string; expected: FlagExpectation }
  'flag-repeated': { flag: string }
  /** `usage` is how the command is typed. */
  'option-value': { usage: string; value: string; expected: FlagExpectation }
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
  /** The sampler works on its own timesteps alone. */
  'schedule-unsupported': { sampler: string; schedule: string }
  /** The model was trained with noise that the sampler cannot go through. */
  'sampler-unsupported': { sampler: string; model: string }
  /** A notice: the model's own scheduler, or this key of it, is not built, and another sampler was taken. */
  'scheduler-not-built': { model: string; className: string; key?: string; sampler: string }
  /** A notice: the model asks for zero terminal SNR, and the sampler has none. */
  /** A variant of a sampler was named, and another of its variants is the one that is built. */
  'sampler-variant': { name: string; named: string; painted: string }
  'zero-snr-unused': { model: string; sampler: string }
  /** A notice: the sampler does not use that flag. */
  'flag-unused': { flag: string; sampler: string }
  'preset-unknown': { name: string; known: string[] }
  'model-unknown': { name: string; known: string[] }
  'vae-unknown': { name: string; known: string[] }
  /** A VAE for latents of another width than the model's. */
  'vae-unfit': { vae: string; model: string; found: number; expected: number }
  'lora-unknown': { name: string; known: string[] }
  /** `<lora:name:…>` in a prompt, where something else stands in a weight's place. */
  'lora-weight': { name: string; written: string }
  'lora-unfit': { lora: string; model: string; problem: ModelFileProblem }
  /** A notice: some of its modules are none of the model's. `examples`: in the file's spelling. */
  'lora-partly': { lora: string; model: string; unmatched: number; modules: number; examples: string[] }
  /** A notice: LoRAs are not looked for in what should not be in the picture. */
  'lora-in-negative': { name: string }
  'style-unknown': { name: string; known: string[] }
  /** A flag of the Refiner where it takes no part, or takes part in another way. */
  'refine-flag': { flag: string; way: 'on' | 'ensemble' | 'after' }
  'no-refiner': { model: string }
  'refiner-mismatch': { model: string; refiner: string; what: string }
  'strength-too-low': { strength: number; steps: number; minimum: number }
  'picture-refused': { problem: PictureProblem }
  /** Notices. */
  'picture-shrunk': { from: string; to: string }
  'mask-resized': { mask: string; picture: string }
  'fast-left-out': Record<string, never>
  /** A flag about a mask, and no mask. */
  'mask-flag': { flag: string }
  'control-unknown': { name: string; known: string[] }
  /** Made for a U-Net of another shape than the model's. */
  'control-unfit': { control: string; model: string }
  'control-without-picture': { control: string }
  /** A picture for a ControlNet, and no ControlNet named. */
  'control-unnamed': { known: string[] }
  /** More pictures came than ControlNets or image prompts look at. */
  'pictures-unused': { flag: string; given: number; taken: number }
  /** Not the name of an IP-Adapter, or none where there are none. */
  'image-prompt-unknown': { name?: string; known: string[] }
  'image-prompt-unfit': { adapter: string; model: string }
  'image-prompt-without-picture': Record<string, never>
  'mask-without-source': Record<string, never>
  'strength-without-source': Record<string, never>
  /** Somebody else's picture, of which only what was made from it may be seen, would show through. */
  'source-private': Record<string, never>
  'picture-unknown': { id: string }
  'job-unknown': { id: string }
  /** Easel did not paint that picture, or its prompt was deleted: there is nothing to go on from. */
  'no-recipe': Record<string, never>
  /** A notice: the model of that name holds other weights than when the picture was painted. */
  'model-changed': { model: string }
  'already-running': { action: string }
  'already-finished': Record<string, never>
  'not-finished': Record<string, never>
  'not-yours': Record<string, never>
  /** `name` is how the configuration would call the person. */
  'admins-only': { name: string }
  /** More than is left of a person's quota, of their address's or of their space's; `nextAt` where there will ever be as much. */
  'quota-used': {
    whose: 'person' | 'address' | 'space'
    limit: number
    perHours: number
    left: number
    wanted: number
    nextAt?: number
  }
  'queue-full': { limit: number }
  'words-blocked': Record<string, never>
  'person-blocked': Record<string, never>
  'shutting-down': Record<string, never>
}

export type ProblemCode = keyof ProblemDetails

/** One reason, ready to be put into words. */
export type Problem = { [Code in ProblemCode]: { code: Code; details: ProblemDetails[Code] } }[ProblemCode]

/** Builds a problem with its details checked against its code. */
export function problem<Code extends ProblemCode>(code: Code, details: ProblemDetails[Code]): Problem {
  return { code, details } as Problem
}
