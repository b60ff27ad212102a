/** Owns the extents of tensors: numbers, or products of names that get their numbers when a session runs. */

/** factor × names, e.g. ¼ × height × width. Names are sorted, so equal extents look equal. */
export interface SymbolicDim {
  readonly factor: number
  readonly names: readonly string[]
}

/**
 * A fractional factor stands for an exact division: whoever runs the session gives extents that divide
 * (latent sides are multiples of 2 to the number of downsamplers).
 */
export type Dim = number | SymbolicDim

export type Shape = readonly Dim[]

/** An extent known only when the session runs. */
export function symbol(name: string): Dim {
  return { factor: 1, names: [name] }
}

export function times(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b
  const left = typeof a === 'number' ? { factor: a, names: [] } : a
  const right = typeof b === 'number' ? { factor: b, names: [] } : b
  return { factor: left.factor * right.factor, names: [...left.names, ...right.names].sort() }
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
  const names = dim.names.join('*')
  if (dim.factor === 1) return names
  return dim.factor < 1 ? `${names}/${1 / dim.factor}` : `${dim.factor}*${names}`
}

/** `[batch, 64, height/2, width/2]`. */
export function shapeText(shape: Shape): string {
  return `[${shape.map(dimText).join(', ')}]`
}
