/**
 * Weights as ComfyUI writes them: (x) is 1.1 times the weight around it, (x:1.3) replaces it, and \( \) are literal. The
 * number is what follows the last colon, if that reads as one and the colon is not the first character. A bracket that never
 * closes makes the rest plain text, bracket included, and so does one that was closed before.
 */
import { clampedWeight, type PromptRemark, type Segment, unique } from '../prompt-rule.ts'

const emphasis = 1.1

export interface ComfyWeights {
  /** None for an empty prompt. */
  readonly segments: readonly Segment[]
  /** Each said once. */
  readonly remarks: readonly PromptRemark[]
}

const mark = /\\[()]|[()]|[^\\()]+|\\/g

export function parseComfyWeights(prompt: string): ComfyWeights {
  const marks = [...prompt.matchAll(mark)].map(([written]) => written)
  const { pairs, begins, remarks } = matchBrackets(marks)
  const closings = new Set(pairs.values())
  /** Text runs that end in a bracket's number: how much of them is text. */
  const textLengths = new Map<number, number>()
  const segments: Segment[] = []
  const weights = [1]
  let plain = ''
  const flush = () => {
    const wanted = weights.at(-1) ?? 1
    const weight = clampedWeight(wanted)
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

/** Brackets by index: each opening one with its closing one, and all where a piece may begin. */
function matchBrackets(marks: readonly string[]) {
  const pairs = new Map<number, number>()
  const begins = new Set<number>()
  const remarks: PromptRemark[] = []
  let depth = 0
  /** Of the outermost bracket that is open: itself and those inside, and the pairs that count if it closes. */
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

/** The number at the end of a bracket's text, and how long the run of text is without it. */
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
