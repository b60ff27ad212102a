/**
 * Weights in the syntax of Easel's first rule: (a) multiplies by 1.1, (a:1.3) by 1.3, [a] by 1/1.1, nested weights multiply,
 * and \( \) \[ \] are literal. Any text is valid; probable mistakes give a remark.
 */
import { type PromptRemark, type Segment, unique } from '../prompt-rule.ts'

export interface WeightedPrompt {
  /** At least one segment; adjacent segments differ in weight. */
  readonly segments: readonly Segment[]
  /** Each remark once. */
  readonly remarks: readonly PromptRemark[]
}

const emphasis = 1.1

/** A weight above 10 turns an embedding into noise. Infinity and products of nested weights are clamped to it too. */
export const weightLimit = 10

/** An escape, a bracket, `:number)`, a run of plain text, or any single character. */
const piece =
  /\\(?<escaped>[()[\]\\])|(?<bracket>[()[\]])|:\s*(?<weight>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*\)|[^\\()[\]:]+|[\s\S]/giu

export function parsePromptWeights(prompt: string): WeightedPrompt {
  const builder = new SegmentBuilder()
  for (const match of prompt.matchAll(piece)) {
    const { escaped, bracket, weight } = match.groups ?? {}
    if (escaped !== undefined) builder.add(escaped)
    else if (bracket === '(' || bracket === '[') builder.open(bracket)
    else if (bracket === ')' || bracket === ']') builder.close(bracket)
    else if (weight !== undefined) builder.closeWithWeight(Number(weight), match[0])
    else builder.add(match[0])
  }
  return builder.finish()
}

class SegmentBuilder {
  readonly #segments: { text: string; weight: number }[] = []
  /** The segment index at which each open bracket began. Round and square brackets may interleave. */
  readonly #open: Record<'(' | '[', number[]> = { '(': [], '[': [] }
  readonly #remarks: PromptRemark[] = []

  add(text: string): void {
    this.#segments.push({ text, weight: 1 })
  }

  open(bracket: '(' | '['): void {
    this.#open[bracket].push(this.#segments.length)
  }

  close(bracket: ')' | ']'): void {
    const start = this.#open[bracket === ')' ? '(' : '['].pop()
    if (start === undefined) {
      this.#remarks.push({ kind: 'stray', bracket })
      this.add(bracket)
    } else {
      this.#multiply(start, bracket === ')' ? emphasis : 1 / emphasis)
    }
  }

  /** `:1.3)` closes a round bracket with that weight. It is text if no bracket is open. */
  closeWithWeight(weight: number, written: string): void {
    const start = this.#open['('].pop()
    if (start === undefined) this.add(written)
    else this.#multiply(start, weight)
  }

  finish(): WeightedPrompt {
    for (const bracket of ['(', '['] as const) {
      for (const start of this.#open[bracket]) {
        this.#remarks.push({ kind: 'unclosed', bracket })
        this.#multiply(start, bracket === '(' ? emphasis : 1 / emphasis)
      }
    }
    return { segments: this.#mergeSegments(), remarks: unique(this.#remarks) }
  }

  #multiply(start: number, factor: number): void {
    for (const segment of this.#segments.slice(start)) segment.weight *= factor
  }

  #mergeSegments(): Segment[] {
    const merged: { text: string; weight: number }[] = []
    for (const { text, weight: wanted } of this.#segments) {
      const weight = Math.min(Math.max(wanted, -weightLimit), weightLimit)
      if (weight !== wanted) this.#remarks.push({ kind: 'clamped', used: weight })
      const last = merged.at(-1)
      if (last?.weight === weight) last.text += text
      else if (text !== '') merged.push({ text, weight })
    }
    return merged.length > 0 ? merged : [{ text: '', weight: 1 }]
  }
}
