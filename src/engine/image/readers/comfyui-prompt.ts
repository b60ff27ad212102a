/** Finds the prompt of a conditioning in ComfyUI's graph, through combinations and ControlNets to the text encoders. */
import type { ComfyGraph, GraphNode } from './comfyui-graph.ts'

export type PromptRole = 'positive' | 'negative'

/** The nodes of one walk. A node is visited once, also in a cycle, so the prompt is not longer than the graph. */
type Seen = Set<GraphNode>

/** The prompt behind `value`, which links to a conditioning. */
export function promptBehind(graph: ComfyGraph, value: unknown, role: PromptRole): string {
  return conditioningText(graph, value, role, new Set())
}

function conditioningText(graph: ComfyGraph, value: unknown, role: PromptRole, seen: Seen): string {
  const node = graph.linked(value)
  if (node === undefined || seen.has(node)) return ''
  seen.add(node)
  const { type, inputs } = node
  // It replaces the conditioning by zeros, so earlier text has no effect.
  if (type === 'ConditioningZeroOut') return ''
  const own = encodedText(graph, node, role, seen)
  if (own !== undefined) return own
  const next = (name: string) => conditioningText(graph, inputs.get(name), role, seen)
  // Concatenation corresponds to A1111's BREAK, combination to its AND.
  if (inputs.has('conditioning_to'))
    return joinTexts([next('conditioning_to'), next('conditioning_from')], ' BREAK ')
  if (inputs.has('conditioning_1'))
    return joinTexts([next('conditioning_1'), next('conditioning_2')], ' AND ')
  if (inputs.has(role)) return next(role)
  if (inputs.has('conditioning')) return next('conditioning')
  // A custom node or a reroute: any input that leads to text.
  return [...inputs.keys()].map(next).find(text => text !== '') ?? ''
}

/** Of SDXL's two texts, that of the larger encoder comes first. */
const textInputs = ['text', 'text_g', 'text_l', 'prompt'] as const

/** The text of a text-encoding node; undefined for others. */
function encodedText(
  graph: ComfyGraph,
  { type, inputs }: GraphNode,
  role: PromptRole,
  seen: Seen,
): string | undefined {
  const isEncoder = inputs.has('clip') || /encode/i.test(type)
  const names = isEncoder ? [...textInputs, role] : typeof inputs.get(role) === 'string' ? [role] : []
  const texts = names.flatMap(name => {
    const value = inputs.get(name)
    return value === undefined ? [] : [textBehind(graph, value, role, seen)]
  })
  return texts.length === 0 ? undefined : joinTexts([...new Set(texts)], '\n')
}

const longestDelimiter = 20

/** The names of inputs that contain or pass on a text, in order of preference. */
const passingInputs = (role: PromptRole) => [
  `text_${role}`,
  `${role}_prompt`,
  role,
  'text',
  'string',
  'value',
  'prompt',
]

/** A text, or the text of the linked node. */
function textBehind(graph: ComfyGraph, value: unknown, role: PromptRole, seen: Seen): string {
  if (typeof value === 'string') return value
  const node = graph.linked(value)
  if (node === undefined || seen.has(node)) return ''
  seen.add(node)
  const { inputs } = node
  const next = (name: string) => textBehind(graph, inputs.get(name), role, seen)
  const delimiter = inputs.get('delimiter') ?? inputs.get('separator')
  if (typeof delimiter === 'string') {
    const parts = [...inputs.keys()].filter(name => /^(?:string|text)(?:_?[a-z0-9]{1,2})?$/i.test(name))
    return joinTexts(parts.map(next), delimiter.slice(0, longestDelimiter))
  }
  const names = passingInputs(role).filter(name => inputs.has(name))
  for (const name of names.length > 0 ? names : inputs.keys()) {
    const text = next(name)
    if (text !== '') return text
  }
  return ''
}

function joinTexts(texts: readonly string[], between: string): string {
  return texts.filter(text => text.trim() !== '').join(between)
}
