/** The interface of prompt rules: the meaning of a prompt's markup, one rule per UI. */

/** A part of a prompt with one weight. */
export interface Segment {
  readonly text: string
  readonly weight: number
}

/** A token of the vocabulary, or an embedding: each of its vectors takes one place, and they stay together. */
export type Token = number | readonly Float32Array[]

/** One place in a row. */
export interface PromptPlace {
  readonly token: number | Float32Array
  readonly weight: number
}

/** The content of one row between start and end token: at most `chunkLength` places. */
export type Chunk = readonly PromptPlace[]

export function placesOf(token: Token, weight: number): PromptPlace[] {
  return typeof token === 'number' ? [{ token, weight }] : token.map(vector => ({ token: vector, weight }))
}

/** Places of a row between start and end. */
export const chunkLength = 75

/** The functions of an encoder's tokenizer that a rule needs. */
export interface Tokenise {
  /** The tokens of any text; names of embeddings become their vectors. */
  tokens(text: string): Token[]
  /** The id of a comma that ends a word. */
  readonly comma: number
}

/** The prompt for the steps up to and including `lastStep`, counted from 1, after the previous text's `lastStep`. */
export interface ScheduledText {
  readonly lastStep: number
  readonly text: string
}

/** `<type:name:…>` in a prompt, such as `<lora:style:0.7>`. */
export interface NetworkMention {
  readonly type: string
  /** The further arguments, separated by colons: a name, then weights. */
  readonly args: readonly string[]
}

/** Weights for an encoder's hidden states [rows·77, width]; `empty` are the states of the empty prompt, [77, width]. */
export interface Weighting {
  readonly hidden: Float32Array
  /** [rows·77]; start, end and padding weigh 1. */
  readonly weights: Float32Array
  readonly width: number
  empty(): Promise<Float32Array>
}

export interface PromptRule {
  /** Removes `<type:args>` from the prompt, if the rule supports it. */
  withoutNetworks(prompt: string): { text: string; networks: readonly NetworkMention[] }
  /** At least one text; the last one's `lastStep` is `steps`. */
  schedule(text: string, steps: number): readonly ScheduledText[]
  /** At least one chunk. */
  chunks(text: string, tokenise: Tokenise): readonly Chunk[]
  weigh(weighting: Weighting): Promise<Float32Array>
  /** Whether `!` and other special tokens are ordinary text (as in the UIs) or not (as in the reference). */
  readonly plainTokens: boolean
  /** The form of embedding names: the plain name, or with the prefix `embedding:`. */
  readonly embeddingNames: 'plain' | 'prefixed' | 'none'
  /** Remarks on ambiguous or unsupported markup, each once. */
  remarks(prompt: string): PromptRemark[]
}

export type PromptRemark =
  /** An unclosed bracket: its weight reaches to the end of the prompt, or it is text. */
  | { readonly kind: 'unclosed'; readonly bracket: '(' | '[' }
  /** A closing bracket without an opening one; it is text. */
  | { readonly kind: 'stray'; readonly bracket: ')' | ']' }
  /** A weight outside of the useful range. */
  | { readonly kind: 'clamped'; readonly used: number }
  /** Markup of another program; it is painted as text. */
  | { readonly kind: 'foreign'; readonly what: ForeignMark; readonly written: string }

/** Marks that neither A1111 nor ComfyUI has. */
export const commonMarks = [
  /** ADDCOL and the like of Regional Prompter. */
  'regions',
  /** `{{cat}}` of NovelAI, `{a|b}` and `{2$$a|b}` of dynamic prompts: braces that are no alternatives. */
  'braces',
  /** `cat++` and `(a cat)--` of Compel and InvokeAI. */
  'plus-minus',
  /** `__colours/*__` of dynamic prompts: a pattern of lists. */
  'wildcard',
  /** A picture's address, as Midjourney takes it. */
  'link',
  /** A1111's text under a picture, pasted as a whole. */
  'settings-text',
] as const

/** A kind of markup of another program. */
export type ForeignMark =
  /** Composable diffusion. */
  | 'and'
  /** `cat::2` of Midjourney. */
  | 'double-colon'
  /** `--v 6` of Midjourney, inside of a prompt. */
  | 'flag'
  /** `(a:1,2)` or `[a:b:0,5]`: a decimal comma. */
  | 'decimal-comma'
  /** BREAK, `[a:b:0.5]`, `[a|b]` and `<lora:…>` of A1111, under another rule. */
  | 'break'
  | 'schedule'
  | 'network'
  /** `[a:b:0.5]` or `[a|b]` that A1111's rule itself takes as text, such as beside another bar. */
  | 'unscheduled'
  | (typeof commonMarks)[number]

/** A weight above 100 turns an embedding into noise. Infinity and products of nested weights are clamped to it too. */
export const weightLimit = 100

export function clampWeight(weight: number, limit = weightLimit): number {
  return Math.min(Math.max(weight, -limit), limit)
}

/** Brackets nested deeper than this are text, which keeps the parsing time linear in the prompt's length. */
export const deepestNesting = 100

export function unique(remarks: readonly PromptRemark[]): PromptRemark[] {
  return [...new Map(remarks.map(remark => [JSON.stringify(remark), remark])).values()]
}
