/** The operators that Easel's graphs use, in float64: elementwise ones, those that move values, and the table of all. */
import { array, broadcast, map, type NumberArray, sizeOf, stridesOf, transpose, types } from './array.ts'
import { networkOperators } from './network-operators.ts'

export type Attributes = ReadonlyMap<string, number | string | readonly number[]>
export type Operator = (inputs: readonly NumberArray[], attributes: Attributes) => readonly NumberArray[]

const nowhere: NumberArray = { type: types.float32, shape: [0], data: new Float64Array() }

/** Input i, or an empty array where it is left out. */
export function input(inputs: readonly NumberArray[], i: number): NumberArray {
  return inputs[i] ?? nowhere
}

export function numberOf(attributes: Attributes, name: string, otherwise = 0): number {
  const value = attributes.get(name)
  return typeof value === 'number' ? value : otherwise
}

export function listOf(attributes: Attributes, name: string): readonly number[] {
  const value = attributes.get(name)
  return Array.isArray(value) ? value : []
}

const elementwise =
  (f: (x: number, attributes: Attributes) => number): Operator =>
  ([x = nowhere], attributes) => [map(x, value => f(value, attributes))]

const pairwise =
  (f: (a: number, b: number) => number): Operator =>
  ([a = nowhere, b = nowhere]) => [broadcast(a, b, f)]

/** (2/√π) ∫₀ˣ exp(-t²) dt: its series near 0, and further out the continued fraction of the rest. */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size > 6) return Math.sign(x)
  if (size < 2.5) {
    let [term, sum] = [size, size]
    for (let n = 1; Math.abs(term) > 1e-18; n++) {
      term *= (-size * size) / n
      sum += term / (2 * n + 1)
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI)
  }
  let fraction = 0
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (size + fraction)
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * (size + fraction)))
}

export function gelu(x: number): number {
  return (x / 2) * (1 + erf(x / Math.SQRT2))
}

const elementwiseOperators: Record<string, Operator> = {
  Identity: ([x = nowhere]) => [x],
  Cast: ([x = nowhere], attributes) => [{ ...x, type: numberOf(attributes, 'to') }],
  Add: pairwise((a, b) => a + b),
  Mul: pairwise((a, b) => a * b),
  Max: pairwise((a, b) => Math.max(a, b)),
  Sub: pairwise((a, b) => a - b),
  Div: pairwise((a, b) => a / b),
  Equal: ([a = nowhere, b = nowhere]) => [
    { ...broadcast(a, b, (x, y) => (x === y ? 1 : 0)), type: types.bool },
  ],
  Sqrt: elementwise(Math.sqrt),
  Sin: elementwise(Math.sin),
  Cos: elementwise(Math.cos),
  Gelu: elementwise(gelu),
  QuickGelu: elementwise((x, attributes) => x / (1 + Math.exp(-numberOf(attributes, 'alpha', 1.702) * x))),
}

function concat(parts: readonly NumberArray[], axis: number): NumberArray {
  const first = input(parts, 0)
  const extent = parts.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0)
  const y = array(first, first.shape.with(axis, extent))
  const inner = sizeOf(first.shape.slice(axis + 1))
  const outer = sizeOf(first.shape.slice(0, axis))
  let start = 0
  for (const { data, shape } of parts) {
    const run = (shape[axis] ?? 0) * inner
    for (let i = 0; i < outer; i++)
      y.data.set(data.subarray(i * run, (i + 1) * run), i * extent * inner + start)
    start += run
  }
  return y
}

function split(x: NumberArray, axis: number, count: number): NumberArray[] {
  const extent = (x.shape[axis] ?? 0) / count
  const inner = sizeOf(x.shape.slice(axis + 1))
  const outer = sizeOf(x.shape.slice(0, axis))
  return Array.from({ length: count }, (_, part) => {
    const y = array(x, x.shape.with(axis, extent))
    const run = extent * inner
    for (let i = 0; i < outer; i++) {
      const from = (i * count + part) * run
      y.data.set(x.data.subarray(from, from + run), i * run)
    }
    return y
  })
}

function gather(table: NumberArray, ids: NumberArray, axis: number): NumberArray {
  const outer = sizeOf(table.shape.slice(0, axis))
  const inner = sizeOf(table.shape.slice(axis + 1))
  const extent = table.shape[axis] ?? 0
  const y = array(table, [...table.shape.slice(0, axis), ...ids.shape, ...table.shape.slice(axis + 1)])
  for (let i = 0; i < outer; i++) {
    ids.data.forEach((id, at) => {
      const from = (i * extent + id) * inner
      y.data.set(table.data.subarray(from, from + inner), (i * ids.data.length + at) * inner)
    })
  }
  return y
}

/** Nearest neighbour, asymmetric, floor: place p of the result is place ⌊p · old / new⌋. */
function resize(x: NumberArray, shape: readonly number[]): NumberArray {
  const y = array(x, shape)
  const [ofX, ofY] = [stridesOf(x.shape), stridesOf(shape)]
  for (let i = 0; i < y.data.length; i++) {
    let [from, rest] = [0, i]
    for (const [axis, stride] of ofY.entries()) {
      const at = Math.floor(rest / stride)
      rest -= at * stride
      from += Math.floor((at * (x.shape[axis] ?? 0)) / (shape[axis] ?? 1)) * (ofX[axis] ?? 0)
    }
    y.data[i] = x.data[from] ?? 0
  }
  return y
}

const movingOperators: Record<string, Operator> = {
  Reshape([x = nowhere, target = nowhere]) {
    const known = [...target.data].map((extent, axis) => (extent === 0 ? (x.shape[axis] ?? 0) : extent))
    const rest = sizeOf(x.shape) / sizeOf(known.filter(extent => extent !== -1))
    return [{ ...x, shape: known.map(extent => (extent === -1 ? rest : extent)) }]
  },
  Shape([x = nowhere], attributes) {
    const part = x.shape.slice(numberOf(attributes, 'start'), numberOf(attributes, 'end', x.shape.length))
    return [{ type: types.int64, shape: [part.length], data: Float64Array.from(part) }]
  },
  Transpose: ([x = nowhere], attributes) => [transpose(x, listOf(attributes, 'perm'))],
  Unsqueeze([x = nowhere, axes = nowhere]) {
    const shape = [...x.shape]
    for (const axis of axes.data) shape.splice(axis, 0, 1)
    return [{ ...x, shape }]
  },
  Concat: (parts, attributes) => [concat(parts, numberOf(attributes, 'axis'))],
  Split: ([x = nowhere], attributes) =>
    split(x, numberOf(attributes, 'axis'), numberOf(attributes, 'num_outputs')),
  Gather: ([table = nowhere, ids = nowhere], attributes) => [
    gather(table, ids, numberOf(attributes, 'axis')),
  ],
  /** indices: [rows, 1], batch_dims 1. */
  GatherND: ([x = nowhere, places = nowhere]) => {
    const [rows = 0, tokens = 0, width = 0] = x.shape
    const y = array(x, [rows, width])
    places.data.forEach((place, row) => {
      const from = (row * tokens + place) * width
      y.data.set(x.data.subarray(from, from + width), row * width)
    })
    return [y]
  },
  /** Along axis 1 of [rows, T], the first of equals. */
  ArgMax: ([x = nowhere]) => {
    const [rows = 0, extent = 0] = x.shape
    const first = (row: number) => {
      const values = [...x.data.subarray(row * extent, (row + 1) * extent)]
      return values.indexOf(Math.max(...values))
    }
    const data = Float64Array.from({ length: rows }, (_, row) => first(row))
    return [{ type: types.int64, shape: [rows, 1], data }]
  },
  Resize([x = nowhere, , scales = nowhere, sizes = nowhere], attributes) {
    const axes = listOf(attributes, 'axes')
    const scaled = x.shape.map((extent, axis) => extent * (scales.data[axis] ?? 1))
    const sized = x.shape.map((extent, axis) =>
      axes.includes(axis) ? (sizes.data[axes.indexOf(axis)] ?? 0) : extent,
    )
    return [resize(x, sizes.data.length > 0 ? sized : scaled)]
  },
}

export const operators: Readonly<Record<string, Operator>> = {
  ...elementwiseOperators,
  ...movingOperators,
  ...networkOperators,
}
