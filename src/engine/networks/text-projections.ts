/**
 * The text projections of the U-Net: the prompt's keys and values in its cross-attentions. They are the same at every step, so
 * a call that computes them can hand them to the next ones, which then project no text. That saves 1.2 s of the 30.9 s of
 * processor time of a guided call at 512 px.
 */
import { symbol } from '../onnx/dim.ts'
import type { Graph } from '../onnx/graph.ts'
import type { Value } from '../onnx/model.ts'
import type { UNetConfig } from './configs/unet-config.ts'
import { crossAttentionsOf } from './image-prompts.ts'

export interface TextProjection {
  /** The path of the module that computes it, and the name of the output. */
  readonly path: string
  readonly width: number
}

export function textProjectionsOf(config: UNetConfig): TextProjection[] {
  return crossAttentionsOf(config).flatMap(({ path, width }) =>
    ['to_k', 'to_v'].map(part => ({ path: `${path}.${part}`, width })),
  )
}

/** The name of the input for that projection from an earlier call. */
export const textProjectionName = (path: string) => `earlier/${path}`

/** Adds the input for one projection: [batch, tokens of an earlier call, width]. */
export function textProjectionInput(g: Graph, path: string, width: number): Value {
  return g.input(textProjectionName(path), 'F32', [symbol('batch'), symbol('earlier_tokens'), width])
}
