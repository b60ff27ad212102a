/** ComfyUI's graph in its API format: nodes by id, whose inputs are values or links to other nodes' outputs. */
import { z } from 'zod'
import type { ObjectParser } from './json-fields.ts'

export interface GraphNode {
  /** The type of the node: `KSampler`. */
  readonly type: string
  readonly inputs: ReadonlyMap<string, unknown>
}

/** The maximum number of nodes, far above real graphs. Others are ignored, so that walks stay short. */
const maxNodes = 2000
const maxInputs = 100

const nodeSchema = z.object({ class_type: z.string(), inputs: z.looseObject({}) })
/** A node's id and the index of its output. */
const linkSchema = z.tuple([z.union([z.string(), z.number()]), z.number()])

export class ComfyGraph {
  readonly #nodes: ReadonlyMap<string, GraphNode>
  /** The ids of the nodes that a node's inputs link to, in their order. */
  readonly #sources = new Map<GraphNode, readonly string[]>()

  constructor(nodes: ReadonlyMap<string, GraphNode>) {
    this.#nodes = nodes
    for (const node of nodes.values()) {
      this.#sources.set(node, [...new Set([...node.inputs.values()].flatMap(value => linkedId(value) ?? []))])
    }
  }

  get nodes(): GraphNode[] {
    return [...this.#nodes.values()]
  }

  /** The node that a value links to. */
  linked(value: unknown): GraphNode | undefined {
    const id = linkedId(value)
    return id === undefined ? undefined : this.#nodes.get(id)
  }

  /** The node that a value links to and all nodes upstream of it, nearest first, each once. */
  upstream(value: unknown): GraphNode[] {
    const start = this.linked(value)
    const found = new Set(start === undefined ? [] : [start])
    for (const node of found) {
      for (const id of this.#sources.get(node) ?? []) {
        const source = this.#nodes.get(id)
        if (source) found.add(source)
      }
    }
    return [...found]
  }
}

function linkedId(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined
  const link = linkSchema.safeParse(value)
  return link.success ? String(link.data[0]) : undefined
}

/** Undefined if the text is not such a graph. Invalid nodes are omitted. */
export function parseGraph(text: string, parseObject: ObjectParser): ComfyGraph | undefined {
  if (!text.includes('"class_type"')) return undefined
  const entries = Object.entries(Object(parseObject(text))).slice(0, maxNodes)
  const nodes = entries.flatMap(([id, value]): [string, GraphNode][] => {
    const read = nodeSchema.safeParse(value)
    if (!read.success) return []
    const inputs = Object.entries(read.data.inputs).slice(0, maxInputs)
    return [[id, { type: read.data.class_type, inputs: new Map(inputs) }]]
  })
  return nodes.length === 0 ? undefined : new ComfyGraph(new Map(nodes))
}
