/** Applies ControlNets in a run: selects those that act at a call, their rows and scales, and sums their residuals. */
import type { ControlNet, UNetInput } from '../../networks/networks.ts'
import type { Tensor } from '../../onnx/session.ts'

/** A ControlNet with its picture and its say. */
export interface Control {
  readonly net: ControlNet
  /** [3, H, W] in 0..1 */
  readonly picture: Float32Array
  /** 0 leaves the net out. */
  readonly scale: number
  /** The fractions of the calls between which it acts. */
  readonly start: number
  readonly end: number
  /**
   * Guess mode: the net sees the prompts' rows alone, says little at the finest places and most in the middle, so that the
   * picture leads even where the prompt says nothing.
   */
  readonly guess: boolean
}

/** Where in the run a U-Net call stands. */
interface Call {
  /** Counted from the first call of the run, of `calls` up to the end of the schedule. */
  readonly call: number
  readonly calls: number
  readonly pictures: number
}

/** What to add inside the U-Net; undefined where no net acts. */
export async function residualsAt(
  controls: readonly Control[],
  input: UNetInput,
  { call, calls, pictures }: Call,
): Promise<Tensor[] | undefined> {
  let sum: Tensor[] | undefined
  for (const control of controls) {
    const { scale, start, end } = control
    if (scale === 0 || call / calls < start || (call + 1) / calls > end) continue
    const residuals = control.guess ? await guess(control, input, pictures) : await follow(control, input)
    sum = sum ? sum.map((one, i) => added(one, residuals[i])) : residuals
  }
  return sum
}

function follow({ net, picture, scale }: Control, input: UNetInput): Promise<Tensor[]> {
  return net.residuals(input, picture, Array<number>(net.residualSpecs.length).fill(scale))
}

/** From a tenth to the whole, evenly spaced in their exponents. */
export function guessScales(count: number, scale: number): number[] {
  return Array.from({ length: count }, (_, i) => scale * 10 ** (i / (count - 1) - 1))
}

/** Zeros for the rows of the negative prompt. */
async function guess({ net, picture, scale }: Control, input: UNetInput, pictures: number) {
  const scales = guessScales(net.residualSpecs.length, scale)
  const residuals = await net.residuals(lastRows(input, pictures), picture, scales)
  return input.batch === pictures ? residuals : residuals.map(residual => behindZeros(residual, input.batch))
}

/** The prompts' own rows, which stand behind the negative ones. */
function lastRows(input: UNetInput, rows: number): UNetInput {
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

function behindZeros({ data, shape: [rows = 1, ...rest] }: Tensor, batch: number): Tensor {
  const whole = new Float32Array((data.length / rows) * batch)
  whole.set(data, whole.length - data.length)
  return { data: whole, shape: [batch, ...rest] }
}

function added(one: Tensor, other: Tensor | undefined): Tensor {
  const data = Float32Array.from(one.data)
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + (other?.data[i] ?? 0)
  return { shape: one.shape, data }
}
