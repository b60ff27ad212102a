/**
 * Residuals: the tensors that a ControlNet adds to the U-Net's skip tensors and to its middle block. They are inputs of the
 * one U-Net graph. Without a ControlNet, one zero per channel broadcasts (docs/decisions/0006).
 */
import { symbol } from '../onnx/dim.ts'
import type { Graph } from '../onnx/graph.ts'
import type { Value } from '../onnx/model.ts'
import type { Tensor } from '../onnx/session.ts'
import type { UNetConfig } from './configs/unet-config.ts'

/** The name of a residual and its shape [batch, channels, h, w]: the latents' sides, halved `halvings` times, rounded up. */
export interface ResidualSpec {
  /** The name of the U-Net's input and of the ControlNet's output. */
  readonly name: string
  readonly channels: number
  readonly halvings: number
}

/** One per skip tensor, in order; that of the middle block is the last. */
export function residualSpecs({ levels }: Pick<UNetConfig, 'levels'>): ResidualSpec[] {
  const results = [
    { channels: levels[0].channels, halvings: 0 },
    ...levels.flatMap(({ channels, layers, isCoarsest }, level) => [
      ...Array.from({ length: layers }, () => ({ channels, halvings: level })),
      ...(isCoarsest ? [] : [{ channels, halvings: level + 1 }]),
    ]),
  ]
  const coarsest = results.at(-1) ?? { channels: 0, halvings: 0 }
  return [
    ...results.map((result, i) => ({ name: `down_residual_${i}`, ...result })),
    { name: 'mid_residual', ...coarsest },
  ]
}

/** Each residual has the shape of the tensor that it is added to, or [1, C, 1, 1]. */
export function residualInputs(g: Graph, specs: readonly ResidualSpec[]): Value[] {
  return specs.map(({ name, channels }) => {
    const shape = [symbol(`${name}_batch`), channels, symbol(`${name}_height`), symbol(`${name}_width`)]
    return g.asPicture(g.input(name, 'F32', shape))
  })
}

/** The elementwise sums. */
export function addResiduals(g: Graph, values: readonly Value[], residuals: readonly Value[]): Value[] {
  return values.map((value, i) => {
    const residual = residuals[i]
    if (!residual) throw new Error(`there is no residual for "${value.name}"`)
    return g.addBroadcast(value, residual)
  })
}

/** The residuals of a U-Net call by name; missing ones are zeros. */
export function residualTensors(
  specs: readonly ResidualSpec[],
  given: readonly Tensor[] = [],
): Record<string, Tensor> {
  return Object.fromEntries(
    specs.map(({ name, channels }, i) => [
      name,
      given[i] ?? { data: new Float32Array(channels), shape: [1, channels, 1, 1] },
    ]),
  )
}
