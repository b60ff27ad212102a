/** Dimensions of tensors: numbers, or symbolic products of sides whose values are known when a session runs. */

/** ⌈name / divisor⌉; the divisor is a power of two. */
interface Side {
  readonly name: string
  readonly divisor: number
}

/** factor × sides, e.g. 2 × height/4 × width/4. Sides are sorted, so equal dimensions have one form. */
export interface SymbolicDim {
  readonly factor: number
  readonly sides: readonly Side[]
}

export type Dim = number | SymbolicDim

export type Shape = readonly Dim[]

/** A dimension that is known only when the session runs. */
export function symbol(name: string): Dim {
  return { factor: 1, sides: [{ name, divisor: 1 }] }
}

export function times(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  const left = typeof a === 'number' ? { factor: a, sides: [] } : a
  const right = typeof b === 'number' ? { factor: b, sides: [] } : b
  const sides = [...left.sides, ...right.sides].sort((one, other) =>
    sideText(one) < sideText(other) ? -1 : 1,
  )
  return { factor: left.factor * right.factor, sides }
}

/** ⌈dim / 2⌉; undefined for a product that has no such form. ⌈⌈x / 2⌉ / 2⌉ = ⌈x / 4⌉. */
export function halve(dim: Dim): Dim | undefined {
  if (typeof dim === 'number') return Math.ceil(dim / 2)
  const { factor, sides } = dim
  const [side, ...more] = sides
  if (factor % 2 === 0) return { factor: factor / 2, sides }
  if (factor !== 1 || !side || more.length > 0) return undefined
  return { factor, sides: [{ name: side.name, divisor: side.divisor * 2 }] }
}

export function product(shape: Shape): Dim {
  return shape.reduce(times, 1)
}

export function sameDim(a: Dim, b: Dim): boolean {
  return dimText(a) === dimText(b)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return shapeText(a) === shapeText(b)
}

/** `64`, `height/2`, `2*batch`. */
export function dimText(dim: Dim): string {
  if (typeof dim === 'number') return String(dim)
  const sides = dim.sides.map(sideText).join('*')
  return dim.factor === 1 ? sides : `${dim.factor}*${sides}`
}

/** `[batch, 64, height/2, width/2]`. */
export function shapeText(shape: Shape): string {
  return `[${shape.map(dimText).join(', ')}]`
}

function sideText({ name, divisor }: Side): string {
  return divisor === 1 ? name : `${name}/${divisor}`
}
