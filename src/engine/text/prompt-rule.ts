/** What a prompt rule is: how the marks in a prompt are read, after the UI that people know them from. */

/** A stretch of prompt under one weight. */
export interface Segment {
  readonly text: string
  readonly weight: number
}

/** A token of the vocabulary, or an embedding with its vectors, which take a place each and stay together. */
export type Token = number | readonly Float32Array[]

/** One place in a row. */
export interface Place {
  readonly token: number | Float32Array
  readonly weight: number
}

/** What goes between start and end of one row: at most `chunkLength` places. */
export type Chunk = readonly Place[]

export function placesOf(token: Token, weight: number): Place[] {
  return typeof token === 'number' ? [{ token, weight }] : token.map(vector => ({ token: vector, weight }))
}

/** Places of a row between start and end. */
export const chunkLength = 75

/** What a rule asks of an encoder's tokenizer. */
export interface Tokenise {
  /** Any text; names of embeddings in it become their vectors. */
  tokens(text: string): Token[]
  /** The id of a comma that ends a word. */
  readonly comma: number
}

/** The prompt from the step after the one before up to and including step `lastStep`, counted from 1. */
export interface ScheduledText {
  readonly lastStep: number
  readonly text: string
}

/** `<type:name:…>` in a prompt, such as `<lora:style:0.7>`. */
export interface NetworkMention {
  readonly type: string
  /** What stands between the further colons: first a name, then weights. */
  readonly args: readonly string[]
}

/** How weights change an encoder's hidden states [rows·77, width]; `empty` are those of the empty prompt, [77, width]. */
export interface Weighting {
  readonly hidden: Float32Array
  /** [rows·77]; start, end and padding weigh 1. */
  readonly weights: Float32Array
  readonly width: number
  empty(): Promise<Float32Array>
}

export interface PromptRule {
  /** Takes `<type:args>` out of the prompt, where the rule knows of it. */
  withoutNetworks(prompt: string): { text: string; networks: readonly NetworkMention[] }
  /** At least one; the last one's `lastStep` is `steps`. */
  schedule(text: string, steps: number): readonly ScheduledText[]
  /** At least one. */
  chunks(text: string, tokenise: Tokenise): readonly Chunk[]
  weigh(weighting: Weighting): Promise<Float32Array>
  /** Whether `!` and other tokens with a role are text like any other (the UIs), or not (the reference). */
  readonly plainTokens: boolean
  /** How embeddings are named: by their name alone, or with `embedding:` before it. */
  readonly embeddingNames: 'plain' | 'prefixed' | 'none'
  /** What the rule had to decide for the writer, and what it cannot do; each said once. */
  remarks(prompt: string): PromptRemark[]
}

export type PromptRemark =
  /** A bracket that is never closed: its weight reaches to the end of the prompt, or it is text. */
  | { readonly kind: 'unclosed'; readonly bracket: '(' | '[' }
  /** A closing bracket without an opening one: taken as text. */
  | { readonly kind: 'stray'; readonly bracket: ')' | ']' }
  /** A weight beyond what makes sense to an encoder. */
  | { readonly kind: 'clamped'; readonly used: number }
  /** What another program would have understood; it is painted as text. */
  | { readonly kind: 'foreign'; readonly what: ForeignMark; readonly written: string }

export const foreignMarks = [
  /** Composable diffusion. */
  'and',
  /** `cat::2` of Midjourney. */
  'double-colon',
  /** `--v 6` of Midjourney, inside of a prompt. */
  'flag',
  /** BREAK, `[a:b:0.5]`, `[a|b]` and `<lora:…>` of A1111, under another rule. */
  'break',
  'schedule',
  'network',
] as const
export type ForeignMark = (typeof foreignMarks)[number]

/** Beyond a hundred times, an embedding is noise; Infinity and products of nesting end up here too. */
export const weightLimit = 100

export function clampedWeight(weight: number, limit = weightLimit): number {
  return Math.min(Math.max(weight, -limit), limit)
}

/** Brackets nested deeper than this are text, so that no prompt takes longer than its length. */
export const deepestNesting = 100

export function unique(remarks: readonly PromptRemark[]): PromptRemark[] {
  return [...new Map(remarks.map(remark => [JSON.stringify(remark), remark])).values()]
}
