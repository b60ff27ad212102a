/** Matrix products in float64, of which updates are composed. */
import { AppError } from '../../../errors/errors.ts'
import type { Factor, Factors, LoraRole, MatrixShape } from './family.ts'

/** Row-major. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array
}

/** The first axis as rows, all others as columns. */
export function flat({ shape, values }: Factor): Matrix {
  const [rows = 1] = shape
  return { rows, columns: values.length / rows, values }
}

/** A factor that must exist, because the module matched its family. */
export function factor(factors: Factors, role: LoraRole): Factor {
  const found = factors[role]
  if (found) return found
  throw new AppError('internal', { problem: `the factor ${role} was not read` })
}

/** a · b. Four rows of b at a time, so that each sum is loaded and stored a quarter as often. */
export function product(a: Matrix, b: Matrix): Matrix {
  const [inner, columns] = [a.columns, b.columns]
  const values = new Float64Array(a.rows * columns)
  const [left, right] = [a.values, b.values]
  for (let row = 0; row < a.rows; row++) {
    const start = row * columns
    for (let k = 0; k < inner; k += 4) {
      const at = row * inner + k
      const rest = inner - k
      const l0 = left[at] ?? 0
      const l1 = rest > 1 ? (left[at + 1] ?? 0) : 0
      const l2 = rest > 2 ? (left[at + 2] ?? 0) : 0
      const l3 = rest > 3 ? (left[at + 3] ?? 0) : 0
      const r0 = k * columns
      const r1 = rest > 1 ? r0 + columns : r0
      const r2 = rest > 2 ? r1 + columns : r0
      const r3 = rest > 3 ? r2 + columns : r0
      for (let column = 0; column < columns; column++) {
        values[start + column] =
          (values[start + column] ?? 0) +
          l0 * (right[r0 + column] ?? 0) +
          l1 * (right[r1 + column] ?? 0) +
          l2 * (right[r2 + column] ?? 0) +
          l3 * (right[r3 + column] ?? 0)
      }
    }
  }
  return { rows: a.rows, columns, values }
}

/** Elementwise. */
export function hadamard(a: Matrix, b: Matrix): Matrix {
  return { ...a, values: a.values.map((value, i) => value * (b.values[i] ?? 0)) }
}

export function transposed({ rows, columns, values }: Matrix): Matrix {
  const turned = new Float64Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column] ?? 0
    }
  }
  return { rows: columns, columns: rows, values: turned }
}

/**
 * A convolution in Tucker form: entry (o, i, kernel) = Σ_p Σ_q up[o, p] · core[p, q, kernel] · down[q, i].
 * up: [out, p], core: [p, q, …kernel], down: [q, in] → [out, in · kernel].
 */
export function tucker(up: Matrix, core: Factor, down: Matrix): Matrix {
  const [p = 1, q = 1] = core.shape
  const kernel = core.values.length / p / q
  const outputs = product(up, { rows: p, columns: q * kernel, values: core.values })
  const inputs = transposed(down)
  const values = new Float64Array(up.rows * inputs.rows * kernel)
  for (let out = 0; out < up.rows; out++) {
    const slice = outputs.values.subarray(out * q * kernel, (out + 1) * q * kernel)
    const filter = product(inputs, { rows: q, columns: kernel, values: slice })
    values.set(filter.values, out * inputs.rows * kernel)
  }
  return { rows: up.rows, columns: inputs.rows * kernel, values }
}

/** The Kronecker product; b's columns are inputs times the kernel. */
export function kronecker(a: Matrix, b: Matrix, kernel: number): Matrix {
  const inputs = b.columns / kernel
  const [rows, columns] = [a.rows * b.rows, a.columns * b.columns]
  const values = new Float64Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const [aRow, bRow] = [Math.floor(row / b.rows), row % b.rows]
    for (let aColumn = 0; aColumn < a.columns; aColumn++) {
      const left = a.values[aRow * a.columns + aColumn] ?? 0
      const start = row * columns + aColumn * inputs * kernel
      for (let i = 0; i < b.columns; i++) values[start + i] = left * (b.values[bRow * b.columns + i] ?? 0)
    }
  }
  return { rows, columns, values }
}

export function elements(shape: MatrixShape): number {
  return shape.reduce((count, size) => count * size, 1)
}

/** The number of elements of all axes except the first. */
export function columnsOf(shape: MatrixShape): number {
  return elements(shape.slice(1))
}
