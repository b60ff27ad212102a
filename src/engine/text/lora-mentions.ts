/** Reads and writes `<lora:name:0.8>` in prompts: the LoRAs that a prompt names, and their weights. */
import type { PromptSyntax } from '../../common/choices.ts'
import type { NetworkMention } from './prompt-rule.ts'
import { promptRules } from './prompt-rules.ts'

/** The factors of the changes of the U-Net and of the text encoders. */
export interface LoraWeights {
  readonly unetWeight: number
  readonly textWeight: number
}

export type LoraMention =
  | ({ readonly kind: 'read'; readonly name: string } & LoraWeights)
  /** The text in place of a weight is not a number. */
  | { readonly kind: 'unreadable'; readonly name: string; readonly written: string }

/** Where LoRAs may be named: not in what should not be in the picture. */
export interface MentioningPrompt {
  readonly positive: string
  readonly positive2?: string | undefined
  readonly syntax?: PromptSyntax | undefined
}

/** In the order in which they stand. */
export function loraMentions({
  positive,
  positive2 = '',
  syntax = 'easel',
}: MentioningPrompt): LoraMention[] {
  const rule = promptRules[syntax]
  return [positive, positive2].flatMap(text => rule.withoutNetworks(text).networks.filter(isLora).map(read))
}

/** `lyco`: of an extension of A1111 that has become one with LoRAs. */
export function isLora({ type }: NetworkMention): boolean {
  return /^(?:lora|lyco)$/i.test(type)
}

/**
 * `name`, `name:weight`, `name:unet:text`, and A1111's `te=` and `unet=`; a second weight that is left out is the first.
 * A1111 itself has the two in the other order, so they are written for it by name.
 */
function read({ args: [name = '', ...args] }: NetworkMention): LoraMention {
  const named = new Map<string, string>()
  const placed: string[] = []
  for (const arg of args) {
    const [, key, value] = /^(te|unet)=(.*)$/i.exec(arg.trim()) ?? []
    if (key !== undefined && value !== undefined) named.set(key.toLowerCase(), value)
    else placed.push(arg)
  }
  const [unet = '1', text = unet, ...more] = placed
  const unetWeight = weightOf(named.get('unet') ?? unet)
  const textWeight = weightOf(named.get('te') ?? text)
  const written = args.join(':')
  return unetWeight === undefined || textWeight === undefined || more.length > 0
    ? { kind: 'unreadable', name: name.trim(), written }
    : { kind: 'read', name: name.trim(), unetWeight, textWeight }
}

/** A decimal comma is accepted too. */
function weightOf(text: string): number | undefined {
  const plain = text.trim().replace(',', '.')
  return /^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : undefined
}

/** As A1111 reads it, whatever the order of its two weights. */
export function writeMention(lora: { readonly name: string } & LoraWeights): string {
  const { unetWeight, textWeight } = lora
  const weights = unetWeight === textWeight ? String(unetWeight) : `te=${textWeight}:unet=${unetWeight}`
  return `<lora:${mentionedName(lora)}:${weights}>`
}

/** A1111 identifies LoRAs by file name, without the folder. */
export function mentionedName({ name }: { readonly name: string }): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
