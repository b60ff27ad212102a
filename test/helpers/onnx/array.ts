/** Numbers with a shape, in float64, as the interpreter computes with them. */

export interface NumberArray {
  /** TensorProto.DataType. */
  readonly type: number
  readonly shape: readonly number[]
  readonly data: Float64Array
}

export const types = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10 } as const

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1)
}

export function array(
  like: Pick<NumberArray, 'type'>,
  shape: readonly number[],
  data?: Float64Array,
): NumberArray {
  return { type: like.type, shape, data: data ?? new Float64Array(sizeOf(shape)) }
}

/** Row-major: how far apart neighbours on each axis are. */
export function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
}

export function transpose(x: NumberArray, order: readonly number[]): NumberArray {
  const strides = stridesOf(x.shape)
  const y = array(
    x,
    order.map(axis => x.shape[axis] ?? 0),
  )
  const steps = order.map(axis => strides[axis] ?? 0)
  const index = order.map(() => 0)
  let from = 0
  for (let to = 0; to < y.data.length; to++) {
    y.data[to] = x.data[from] ?? 0
    for (let axis = order.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1
      from += steps[axis] ?? 0
      if ((index[axis] ?? 0) < (y.shape[axis] ?? 0)) break
      from -= (steps[axis] ?? 0) * (y.shape[axis] ?? 0)
      index[axis] = 0
    }
  }
  return y
}

/** Elementwise with numpy's broadcasting. */
export function broadcast(a: NumberArray, b: NumberArray, f: (a: number, b: number) => number): NumberArray {
  const rank = Math.max(a.shape.length, b.shape.length)
  const [left, right] = [a, b].map(({ shape }) => [...Array<number>(rank - shape.length).fill(1), ...shape])
  if (!left || !right) throw new Error('two arrays')
  const shape = left.map((extent, axis) => {
    const other = right[axis] ?? 1
    if (extent !== other && extent !== 1 && other !== 1) throw new Error(`[${left}] and [${right}] differ`)
    return Math.max(extent, other)
  })
  const y = array(a, shape)
  const steps = (extents: readonly number[]) =>
    stridesOf(extents).map((stride, axis) => (extents[axis] === 1 ? 0 : stride))
  const [ofA, ofB, ofY] = [steps(left), steps(right), stridesOf(shape)]
  for (let i = 0; i < y.data.length; i++) {
    let [atA, atB, rest] = [0, 0, i]
    for (let axis = 0; axis < rank; axis++) {
      const at = Math.floor(rest / (ofY[axis] ?? 1))
      rest -= at * (ofY[axis] ?? 1)
      atA += at * (ofA[axis] ?? 0)
      atB += at * (ofB[axis] ?? 0)
    }
    y.data[i] = f(a.data[atA] ?? 0, b.data[atB] ?? 0)
  }
  return y
}

export function map(x: NumberArray, f: (x: number) => number): NumberArray {
  return array(x, x.shape, x.data.map(f))
}

/** The nearest float16, ties to even: 11 significant bits, the least step 2⁻²⁴, infinity from 65,520. */
export function toFloat16(x: number): number {
  const size = Math.abs(x)
  if (!(size < 65_520)) return Number.isNaN(x) ? x : Math.sign(x) * Number.POSITIVE_INFINITY
  const step = 2 ** Math.max(Math.floor(Math.log2(size)) - 10, -24)
  const steps = size / step
  const down = Math.floor(steps)
  const rest = steps - down
  const rounded = rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down
  return Math.sign(x) * rounded * step
}
