/** A module: a function from values to a value, under a path that its weights and its output share. */
import type { Graph } from '../../onnx/graph.ts'
import type { Value } from '../../onnx/model.ts'
import type { Weights } from '../../weights/source.ts'

/**
 * Makes a module from a formula. The path of the weights names its nodes and its output (see Graph.expose).
 *
 * @example
 * const block = module((g, w, x, out: number) => linear(g, w.at('proj'), g.silu(x), out))
 * block(graph, weights.at('mid_block'), x, 320)
 */
export function module<Rest extends unknown[]>(formula: Formula<Rest>): Formula<Rest> {
  return (g, w, x, ...rest) => g.within(w.path, () => formula(g, w, x, ...rest))
}

type Formula<Rest extends unknown[]> = (g: Graph, w: Weights, x: Value, ...rest: Rest) => Value

/** The channels of a picture. */
export function pictureChannels(g: Graph, x: Value): number {
  return channelsOf(x, g.channelAxis)
}

/** The size of a channel axis, which is never symbolic. */
export function channelsOf(x: Value, axis: number): number {
  const channels = x.shape.at(axis)
  if (typeof channels === 'number') return channels
  throw new Error(`axis ${axis} of "${x.name}" is no channel axis`)
}
