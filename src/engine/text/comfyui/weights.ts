/**
 * Weights in ComfyUI's syntax: (x) multiplies the enclosing weight by 1.1, (x:1.3) replaces it, and \( \) are literal. The
 * number is the text after the last colon, if it is a number and the colon is not the first character. From an unclosed or
 * an unopened bracket on, the rest is plain text, including the bracket.
 */
import { clampWeight, type PromptRemark, type Segment, unique } from '../prompt-rule.ts'

const emphasis = 1.1

export interface ComfyWeights {
  /** Empty for an empty prompt. */
  readonly segments: readonly Segment[]
  /** Each remark once. */
  readonly remarks: readonly PromptRemark[]
}

const mark = /\\[()]|[()]|[^\\()]+|\\/g

export function parseComfyWeights(prompt: string): ComfyWeights {
  const marks = [...prompt.matchAll(mark)].map(([written]) => written)
  const { pairs, begins, remarks } = matchBrackets(marks)
  const closings = new Set(pairs.values())
  /** The length of the text in runs that end with a bracket's number. */
  const textLengths = new Map<number, number>()
  const segments: Segment[] = []
  const weights = [1]
  let plain = ''
  const flush = () => {
    const wanted = weights.at(-1) ?? 1
    const weight = clampWeight(wanted)
    if (plain === '') return
    if (weight !== wanted) remarks.push({ kind: 'clamped', used: weight })
    segments.push({ text: plain, weight })
    plain = ''
  }
  for (const [i, written] of marks.entries()) {
    const closing = pairs.get(i)
    if (begins.has(i) || closing !== undefined || closings.has(i)) flush()
    if (closing !== undefined) {
      const number = numberBefore(marks, i, closing)
      if (number) textLengths.set(closing - 1, number.textLength)
      weights.push(number?.value ?? (weights.at(-1) ?? 1) * emphasis)
    } else if (closings.has(i)) weights.pop()
    else plain += /^\\[()]$/.test(written) ? written.slice(1) : written.slice(0, textLengths.get(i))
  }
  flush()
  return { segments, remarks: unique(remarks) }
}

/** Bracket indexes: each opening bracket with its closing one, and all positions at which a segment may begin. */
function matchBrackets(marks: readonly string[]) {
  const pairs = new Map<number, number>()
  const begins = new Set<number>()
  const remarks: PromptRemark[] = []
  let depth = 0
  /** The outermost open bracket and those inside it, and the pairs that count if it closes. */
  const open: number[] = []
  let inside: [number, number][] = []
  for (const [i, written] of marks.entries()) {
    if (written === '(') {
      if (depth === 0) begins.add(i)
      if (depth === 0 || open.length > 0) open.push(i)
      depth++
    } else if (written === ')') {
      depth--
      const start = open.pop()
      if (start === undefined) remarks.push({ kind: 'stray', bracket: ')' })
      else inside.push([start, i])
      if (open.length > 0) continue
      for (const [from, to] of inside) pairs.set(from, to)
      inside = []
    }
  }
  if (open.length > 0) remarks.push({ kind: 'unclosed', bracket: '(' })
  return { pairs, begins, remarks }
}

const numeral = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i

/** The number at the end of a bracket's text, and the length of the text without it. */
function numberBefore(
  marks: readonly string[],
  opening: number,
  closing: number,
): { value: number; textLength: number } | undefined {
  const run = marks[closing - 1] ?? ''
  const colon = run.lastIndexOf(':')
  const isFirst = colon === 0 && closing - 1 === opening + 1
  if (closing - 1 === opening || colon < 0 || isFirst || !numeral.test(run.slice(colon + 1))) return undefined
  return { value: Number(run.slice(colon + 1)), textLength: colon }
}
