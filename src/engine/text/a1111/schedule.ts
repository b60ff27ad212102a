/**
 * Prompts that change between steps, in A1111's syntax: [a:b:n] is a up to and including step n, then b. [a:n] is nothing,
 * then a. [a::n] is a, then nothing. [a|b|c] changes at every step. n with a decimal point is a share of all steps. They
 * nest, also inside round brackets. Escaped brackets are text, and so are square brackets with another number of colons. A
 * bar outside of [a|b] disables all of this.
 */
import { deepestNesting, type ScheduledText } from '../prompt-rule.ts'

/** At least one text. The texts keep the markup of weights, which is parsed afterwards. */
export function scheduleOf(prompt: string, steps: number): ScheduledText[] {
  const tree = /[[|]/.test(prompt) ? parse(prompt) : undefined
  if (!tree) return [{ lastStep: steps, text: prompt }]
  const changes = new Set([steps])
  collectChanges(tree, steps, changes)
  return [...changes]
    .sort((a, b) => a - b)
    .map(lastStep => ({ lastStep, text: textAt(tree, lastStep, steps) }))
}

type Node = string | Choice | readonly Node[]

interface Choice {
  /** The alternatives: with a number of steps the first one up to that step, otherwise in rotation. */
  readonly options: readonly (readonly Node[])[]
  readonly until?: string
}

function collectChanges(nodes: readonly Node[], steps: number, changes: Set<number>): void {
  for (const node of nodes) {
    if (typeof node === 'string') continue
    if (!isChoice(node)) {
      collectChanges(node, steps, changes)
      continue
    }
    for (const option of node.options) collectChanges(option, steps, changes)
    if (node.until === undefined) for (let step = 1; step <= steps; step++) changes.add(step)
    else if (stepOf(node.until, steps) >= 1) changes.add(stepOf(node.until, steps))
  }
}

function textAt(nodes: readonly Node[], step: number, steps: number): string {
  return nodes
    .map(node => {
      if (typeof node === 'string') return node
      return textAt(isChoice(node) ? optionAt(node, step, steps) : node, step, steps)
    })
    .join('')
}

function optionAt({ options, until }: Choice, step: number, steps: number): readonly Node[] {
  const which = until === undefined ? (step - 1) % options.length : step <= stepOf(until, steps) ? 0 : 1
  return options[which] ?? []
}

function stepOf(until: string, steps: number): number {
  const value = until.includes('.') ? Number(until) * steps : Number(until)
  return Math.min(Math.trunc(value), steps)
}

function isChoice(node: Exclude<Node, string>): node is Choice {
  return 'options' in node
}

/** One open bracket while the prompt is read. */
interface Frame {
  readonly bracket: '(' | '[' | ''
  readonly parts: [Node[], ...Node[][]]
  /** The separators between the parts. */
  readonly separators: string[]
  /** The bracket contains something that a schedule may not contain, so it is text. */
  isText: boolean
}

const mark = /\\[\s\S]?|[[\]():|]|[^\\[\]():|]+/g

/** Undefined if a bar stands outside of [a|b]. */
function parse(prompt: string): Node[] | undefined {
  const outermost = newFrame('')
  const open: Frame[] = [outermost]
  for (const [written] of prompt.matchAll(mark)) {
    const frame = open.at(-1) ?? outermost
    if (written === '(' || written === '[') {
      if (open.length > deepestNesting) return undefined
      open.push(newFrame(written))
    } else if (written === ')' || written === ']') {
      if (frame.bracket === (written === ')' ? '(' : '[')) {
        if (!close(open, written)) return undefined
      } else {
        append(frame, written)
        frame.isText = true
      }
    } else if (written === ':' || written === '|') {
      if (written === '|' && frame.bracket !== '[') return undefined
      frame.separators.push(written)
      frame.parts.push([])
    } else append(frame, written)
  }
  while (open.length > 1) if (!close(open, '')) return undefined
  return [literalNodes(outermost, '')]
}

function newFrame(bracket: Frame['bracket']): Frame {
  return { bracket, parts: [[]], separators: [], isText: false }
}

function append(frame: Frame, node: Node): void {
  frame.parts.at(-1)?.push(node)
}

/** Closes the innermost bracket. False if it contains a bar and is not [a|b]. `closing` is '' for an unclosed bracket. */
function close(open: Frame[], closing: string): boolean {
  const frame = open.pop()
  const parent = open.at(-1)
  if (!frame || !parent) return false
  const choice = closing === ']' ? choiceOf(frame) : undefined
  if (!choice && frame.separators.includes('|')) return false
  append(parent, choice ?? literalNodes(frame, closing))
  const isEmphasis = closing !== '' && !frame.isText && frame.separators.length <= (closing === ')' ? 1 : 0)
  if (!choice && !isEmphasis) parent.isText = true
  return true
}

const number = /^\s*(?<value>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*$/i

function choiceOf({ parts, separators, isText }: Frame): Choice | undefined {
  if (isText || separators.length === 0) return undefined
  if (separators.every(separator => separator === '|')) return { options: parts }
  const last = parts.at(-1) ?? []
  const written = last.every(node => typeof node === 'string') ? last.join('') : ''
  const until = number.exec(written)?.groups?.value
  if (until === undefined || parts.length > 3 || separators.includes('|')) return undefined
  return parts.length === 2
    ? { options: [[], parts[0]], until }
    : { options: [parts[0], parts[1] ?? []], until }
}

/** The bracket as written, with its content still parsed. */
function literalNodes({ bracket, parts, separators }: Frame, closing: string): Node[] {
  const inside = parts.flatMap((part, i): Node[] => [...(i > 0 ? [separators[i - 1] ?? ''] : []), part])
  return [bracket, ...inside, closing]
}
