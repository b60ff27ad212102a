/** Applies ControlNets in a run: selects the active ones at a call, their rows and scales, and sums their residuals. */
import type { ControlNet, UNetInput } from '../../networks/networks.ts'
import type { Tensor } from '../../onnx/session.ts'

/** A ControlNet with its picture, scale and range. */
export interface Control {
  readonly net: ControlNet
  /** [3, H, W] in 0..1 */
  readonly picture: Float32Array
  /** 0 disables the ControlNet. */
  readonly scale: number
  /** The fractions of the calls between which it is active. */
  readonly start: number
  readonly end: number
  /**
   * Guess mode: the ControlNet runs on the positive rows only, with scales that rise from the finest residual to the middle
   * block, so that the control picture dominates even with an empty prompt.
   */
  readonly guess: boolean
}

/** The position of a U-Net call in the run. */
interface Call {
  /** The index from the first call of the run; `calls` counts to the end of the schedule. */
  readonly call: number
  readonly calls: number
  readonly pictures: number
}

/** The sum of the active ControlNets' residuals; undefined if none is active. */
export async function residualsAt(
  controls: readonly Control[],
  input: UNetInput,
  { call, calls, pictures }: Call,
): Promise<Tensor[] | undefined> {
  let sum: Tensor[] | undefined
  for (const control of controls) {
    const { scale, start, end } = control
    if (scale === 0 || call / calls < start || (call + 1) / calls > end) continue
    const residuals = control.guess
      ? await guessModeResiduals(control, input, pictures)
      : await plainResiduals(control, input)
    sum = sum ? sum.map((one, i) => addTensors(one, residuals[i])) : residuals
  }
  return sum
}

/** The residuals for all rows, each at the full scale. */
function plainResiduals({ net, picture, scale }: Control, input: UNetInput): Promise<Tensor[]> {
  return net.residuals(input, picture, Array<number>(net.residualSpecs.length).fill(scale))
}

/** `count` scales from a tenth of `scale` to `scale`, evenly spaced in the exponent. */
export function guessScales(count: number, scale: number): number[] {
  return Array.from({ length: count }, (_, i) => scale * 10 ** (i / (count - 1) - 1))
}

/** The residuals for the positive rows, and zeros for the negative ones. */
async function guessModeResiduals({ net, picture, scale }: Control, input: UNetInput, pictures: number) {
  const scales = guessScales(net.residualSpecs.length, scale)
  const residuals = await net.residuals(positiveRows(input, pictures), picture, scales)
  return input.batch === pictures
    ? residuals
    : residuals.map(residual => withLeadingZeros(residual, input.batch))
}

/** The last `rows` rows: the positive ones follow the negative ones. */
function positiveRows(input: UNetInput, rows: number): UNetInput {
  const last = (values: Float32Array) => values.slice(values.length - (values.length / input.batch) * rows)
  const { sample, context, pooled, timeIds } = input
  return {
    ...input,
    batch: rows,
    sample: last(sample),
    context: last(context),
    pooled: last(pooled),
    timeIds: last(timeIds),
  }
}

function withLeadingZeros({ data, shape: [rows = 1, ...rest] }: Tensor, batch: number): Tensor {
  const whole = new Float32Array((data.length / rows) * batch)
  whole.set(data, whole.length - data.length)
  return { data: whole, shape: [batch, ...rest] }
}

function addTensors(one: Tensor, other: Tensor | undefined): Tensor {
  const data = Float32Array.from(one.data)
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + (other?.data[i] ?? 0)
  return { shape: one.shape, data }
}
