/**
 * Weights in A1111's syntax: (a) multiplies by 1.1, (a:1.3) by 1.3, [a] by 1/1.1, and nested weights multiply. An unclosed
 * bracket reaches to the end, an unopened one is text. \( \) \[ \] \\ are literal, and any other backslash is removed. BREAK
 * outside of brackets becomes a segment of its own with weight -1.
 */
import { clampWeight, deepestNesting, type PromptRemark, type Segment, unique } from '../prompt-rule.ts'

type Bracket = '(' | '['

const emphasis = { '(': 1.1, '[': 1 / 1.1 }

/** An escape, a bracket, `:number)`, a run of plain text, or any single character. */
const piece = /\\(?<escaped>[()[\]\\]?)|(?<bracket>[()[\]])|:\s*(?<weight>[+-]?[.\d]+)\s*\)|[^\\()[\]:]+|:/g

const breakWord = /(?<![\p{L}\p{N}_])BREAK(?![\p{L}\p{N}_])/gu

/** Whether a segment stands for BREAK. */
export function isBreak({ text, weight }: Segment): boolean {
  return text === 'BREAK' && weight === -1
}

export interface Attention {
  /** At least one segment; adjacent segments differ in weight. */
  readonly segments: readonly Segment[]
  /** Each remark once. */
  readonly remarks: readonly PromptRemark[]
}

export function parseAttention(text: string): Attention {
  const builder = new SegmentBuilder()
  for (const match of text.matchAll(piece)) {
    const { escaped, bracket, weight } = match.groups ?? {}
    if (escaped !== undefined) builder.add(escaped)
    else if (bracket === '(' || bracket === '[') builder.open(bracket)
    else if (bracket === ')' || bracket === ']') builder.close(bracket)
    else if (weight !== undefined) builder.closeWithWeight(weight, match[0])
    else builder.addWithBreaks(match[0])
  }
  return builder.finish()
}

class SegmentBuilder {
  readonly #segments: { text: string; weight: number }[] = []
  /** The segment index at which each open bracket began. Round and square brackets may interleave. */
  readonly #open: Record<Bracket, number[]> = { '(': [], '[': [] }
  readonly #remarks: PromptRemark[] = []

  add(text: string, weight = 1): void {
    this.#segments.push({ text, weight })
  }

  addWithBreaks(text: string): void {
    const pieces = text.split(breakWord)
    for (const [i, one] of pieces.entries()) {
      if (i > 0) this.add('BREAK', -1)
      const behind = i > 0 ? one.trimStart() : one
      this.add(i < pieces.length - 1 ? behind.trimEnd() : behind)
    }
  }

  open(bracket: Bracket): void {
    if (this.#open[bracket].length < deepestNesting) this.#open[bracket].push(this.#segments.length)
    else this.add(bracket)
  }

  close(bracket: ')' | ']'): void {
    const opening = bracket === ')' ? '(' : '['
    const start = this.#open[opening].pop()
    if (start === undefined) {
      this.#remarks.push({ kind: 'stray', bracket })
      this.add(bracket)
    } else {
      this.#multiply(start, emphasis[opening])
    }
  }

  /** `:1.3)` closes a round bracket with that weight. It is text if no bracket is open or the weight is not a number. */
  closeWithWeight(weight: string, written: string): void {
    const start = Number.isFinite(Number(weight)) ? this.#open['('].pop() : undefined
    if (start === undefined) this.addWithBreaks(written)
    else this.#multiply(start, Number(weight))
  }

  finish(): Attention {
    for (const bracket of ['(', '['] as const) {
      for (const start of this.#open[bracket]) {
        this.#remarks.push({ kind: 'unclosed', bracket })
        this.#multiply(start, emphasis[bracket])
      }
    }
    return { segments: this.#mergeSegments(), remarks: unique(this.#remarks) }
  }

  #multiply(start: number, factor: number): void {
    for (let i = start; i < this.#segments.length; i++) {
      const segment = this.#segments[i]
      if (segment) segment.weight *= factor
    }
  }

  #mergeSegments(): Segment[] {
    const merged: { text: string; weight: number }[] = []
    for (const { text, weight: wanted } of this.#segments) {
      const weight = clampWeight(wanted)
      if (weight !== wanted) this.#remarks.push({ kind: 'clamped', used: weight })
      const last = merged.at(-1)
      if (last?.weight === weight) last.text += text
      else merged.push({ text, weight })
    }
    return merged.length > 0 ? merged : [{ text: '', weight: 1 }]
  }
}
