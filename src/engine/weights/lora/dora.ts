/** DoRA (Liu et al. 2024): the update changes the direction, and magnitudes are separate: m · V / ‖V‖, V = W + ΔW. */
import type { Extent, Factor, MatrixShape } from './family.ts'
import type { Matrix } from './matrix.ts'

/** Whether there is one magnitude per output or one per input; undefined if the count fits neither. */
export function magnitudesOf(shape: MatrixShape, weight: MatrixShape): 'rows' | 'columns' | undefined {
  const [rows = 0, inputs = 0] = weight
  const count = shape.reduce((all, size) => all * size, 1)
  const isRow = shape.length > 1 && shape[0] === 1 && shape[1] === inputs
  if (isRow && count === inputs && !(rows === 1 && inputs === 1)) return 'columns'
  return shape[0] === rows && count === rows ? 'rows' : undefined
}

/** m / ‖V‖ of every element's row or column. The norm is that of V, as peft and LyCORIS train it. */
export function directionFactors(directions: Matrix, magnitudes: Factor, weight: MatrixShape): Float64Array {
  const { rows, columns, values } = directions
  const perRow = magnitudesOf(magnitudes.shape, weight) === 'rows'
  const kernel = columns / (weight[1] ?? 1)
  const groupOf = (row: number, column: number) => (perRow ? row : Math.floor(column / kernel))
  const squares = new Float64Array(perRow ? rows : columns / kernel)
  forEach([rows, columns], (row, column, i) => {
    const group = groupOf(row, column)
    squares[group] = (squares[group] ?? 0) + (values[i] ?? 0) ** 2
  })
  const ofGroups = squares.map((sum, group) =>
    sum === 0 ? 0 : (magnitudes.values[group] ?? 0) / Math.sqrt(sum),
  )
  const factors = new Float64Array(values.length)
  forEach([rows, columns], (row, column, i) => {
    factors[i] = ofGroups[groupOf(row, column)] ?? 0
  })
  return factors
}

function forEach([rows, columns]: Extent, visit: (row: number, column: number, i: number) => void): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) visit(row, column, row * columns + column)
  }
}
