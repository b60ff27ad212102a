/** Linear combinations of latents, which every sampler consists of, and small numeric helpers. */

/** Σ coefficient · values, element by element, summed in float64 and rounded to float32 once. */
export function combine(
  ...terms: readonly (readonly [coefficient: number, values: Float32Array])[]
): Float32Array {
  // A coefficient of zero means "not used": the last step of many rules multiplies by it.
  const used = terms.filter(([coefficient]) => coefficient !== 0)
  const sum = new Float64Array(terms[0]?.[1].length ?? 0)
  for (const [coefficient, values] of used) {
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + coefficient * (values[i] ?? 0)
  }
  return new Float32Array(sum)
}

/** `count` numbers from `start` to `end`, both included. */
export function linspace(start: number, end: number, count: number): number[] {
  if (count === 1) return [start]
  const step = (end - start) / (count - 1)
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? end : start + step * i))
}

/** Rounds to the nearest integer, halves to even, as NumPy and torch do. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

/** The entry at `index`. An index out of range is a defect of the caller. */
export function at(values: ArrayLike<number>, index: number): number {
  const value = values[index]
  if (value === undefined) throw new RangeError(`index ${index} of ${values.length}`)
  return value
}

/** x with Σ_k points[k]^i · x[k] = right[i] for every i, the points distinct; Björck and Pereyra 1970. */
export function solveVandermonde(points: readonly number[], right: readonly number[]): number[] {
  const x = [...right]
  const last = x.length - 1
  for (let k = 0; k < last; k++) {
    for (let i = last; i > k; i--) x[i] = at(x, i) - at(points, k) * at(x, i - 1)
  }
  for (let k = last - 1; k >= 0; k--) {
    for (let i = k + 1; i <= last; i++) x[i] = at(x, i) / (at(points, i) - at(points, i - k - 1))
    for (let i = k; i < last; i++) x[i] = at(x, i) - at(x, i + 1)
  }
  return x
}
