/**
 * The matrices of Winograd's F(m×m, 3×3), by the method of Toom and Cook (Lavin and Gray 2015, arXiv:1509.09308):
 *
 *   Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A      d: tile of (m+2)×(m+2) pixels; g: 3×3 kernel; Y: m×m pixels
 *
 * Along one axis this is the transpose of a product of two polynomials, which follows from their values at m + 1 points and at
 * infinity.
 */

export type Matrix = readonly (readonly number[])[]

export interface WinogradTransforms {
  /** Bᵀ: [m+2, m+2] */
  readonly tile: Matrix
  /** G: [m+2, 3] */
  readonly kernel: Matrix
  /** Aᵀ: [m, m+2] */
  readonly pixels: Matrix
}

/** The points besides infinity. Those of 4×4, roots of two, lose fewer digits than whole numbers: 1.3e-6 instead of 2.8e-6. */
const points = {
  2: [0, 1, -1],
  4: [0, Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2, -Math.SQRT2],
} as const satisfies Record<number, readonly number[]>

/** m, the pixels along a side of a tile's result. */
export type TileSide = keyof typeof points

export const winogradTransforms = {
  2: transformsAt(points[2]),
  4: transformsAt(points[4]),
} as const satisfies Record<TileSide, WinogradTransforms>

/** M ⊗ M, the matrix of a transform of rows and columns: its own rows and columns are pairs. */
export function kroneckerSquare(matrix: Matrix): number[][] {
  return matrix.flatMap(row => matrix.map(other => row.flatMap(a => other.map(b => a * b))))
}

function transformsAt(finite: readonly number[]): WinogradTransforms {
  const side = finite.length - 1
  const others = finite.map(point => finite.filter(other => other !== point))
  const powersOf = (point: number, count: number) =>
    Array.from({ length: count }, (_, power) => point ** power)
  // At infinity a polynomial has the value of its highest coefficient.
  const highest = (count: number) =>
    Array.from({ length: count }, (_, power) => (power === count - 1 ? 1 : 0))
  const divisors = finite.map((point, i) =>
    (others[i] ?? []).reduce((divisor, other) => divisor * (point - other), 1),
  )
  const values = [...finite.map(point => powersOf(point, side)), highest(side)]
  return {
    tile: [...others.map(roots => [...polynomialWith(roots), 0]), polynomialWith(finite)],
    kernel: [
      ...finite.map((point, i) => powersOf(point, 3).map(power => power / (divisors[i] ?? 1))),
      highest(3),
    ],
    pixels: Array.from({ length: side }, (_, power) => values.map(row => row[power] ?? 0)),
  }
}

/** Π (x − root), as coefficients from x⁰ on. */
function polynomialWith([root, ...others]: readonly number[]): number[] {
  if (root === undefined) return [1]
  const product = polynomialWith(others)
  return [0, ...product].map((higher, power) => higher - root * (product[power] ?? 0))
}
