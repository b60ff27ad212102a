/**
 * NumPy's float32 logarithm, as its x86 kernels compute it: a rational polynomial in the mantissa. One value in twelve differs by
 * one unit in the last place from the rounded logarithm, and where the reference drops fractions of timesteps, that shows.
 */

const f = Math.fround

/** Of y⁰ to y⁵, with y = mantissa - 1; NumPy's constants. */
const numerator = [
  0, 0.9999999999999999, 2.112677543073053, 1.4800006335765066, 0.3808837741388408, 0.025899791179079226,
].map(f)
const denominator = [
  1, 2.6126775430731093, 2.453006071784736, 0.986494295851896, 0.15464763749839067, 0.005875095403124574,
].map(f)
const ln2 = f(Math.LN2)
const root2 = f(Math.SQRT2)

/** x: a float32 number. */
export function floatLog(x: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return Math.log(x)
  let exponent = Math.floor(Math.log2(x))
  // log2 rounds, so it may be off by one next to a power of two.
  if (x < 2 ** exponent) exponent -= 1
  let mantissa = x / 2 ** exponent
  if (mantissa > root2) {
    mantissa /= 2
    exponent += 1
  }
  const y = mantissa - 1
  return f(exponent * ln2 + f(polynomial(numerator, y) / polynomial(denominator, y)))
}

/** Horner's rule with fused multiply-adds. */
function polynomial(coefficients: readonly number[], y: number): number {
  return coefficients.reduceRight((sum, coefficient) => f(sum * y + coefficient))
}
