/** The quantile function of the beta distribution, as scipy.stats.beta.ppf computes it. */

/** The x in 0..1 with I_x(a, b) = probability, to about 1e-14. Source of I_x: DLMF 8.17. */
export function betaQuantile(probability: number, a: number, b: number): number {
  if (probability <= 0) return 0
  if (probability >= 1) return 1
  if (a === b && probability === 0.5) return 0.5
  let low = 0
  let high = 1
  // 60 bisections reach the spacing of doubles; a run computes a few dozen quantiles.
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (regularizedBeta(middle, a, b) < probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** I_x(a, b) by its continued fraction (DLMF 8.17.22), which converges fast below the mean. */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a)
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b))
  return (front / a) * continuedFraction(x, a, b)
}

/** 1 / (1 + d_1 / (1 + d_2 / (1 + …))) with d_n of DLMF 8.17.23, evaluated backwards; 100 terms suffice below the mean. */
function continuedFraction(x: number, a: number, b: number): number {
  let value = 1
  for (let n = 100; n >= 1; n--) {
    const m = Math.floor(n / 2)
    const d =
      n % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    value = 1 + d / value
  }
  return 1 / value
}

/** ln Γ by Stirling's series (DLMF 5.11.1) after moving the argument beyond 10. */
function logGamma(z: number): number {
  let shift = 0
  while (z < 10) shift -= Math.log(z++)
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5) - 1 / (1680 * z ** 7)
  return shift + (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series
}
