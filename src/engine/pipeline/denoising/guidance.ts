/**
 * Classifier-free guidance (Ho and Salimans 2022): away from the negative prompt, towards the positive one.
 * With rescale (Lin et al. 2023, section 3.4) and an interval outside of which it is off (Kynkäänniemi et al. 2024).
 */
/** The settings of guidance. */
export interface Guidance {
  /** e = negative + scale · (positive - negative). Guidance is off at 1 and below. */
  readonly scale: number
  /** The fraction φ of the result that is rescaled to the positive prediction's deviation; 0 is off. */
  readonly rescale: number
  /** The fractions of the schedule between which guidance is on. Outside, a step costs half as much. */
  readonly interval: readonly [from: number, to: number]
}

/** Whether guidance is on at all. */
export function isGuided({ scale }: Guidance): boolean {
  return scale > 1
}

/** Whether model call i of n is guided. */
export function isGuidedAt(guidance: Guidance, i: number, n: number): boolean {
  const [from, to] = guidance.interval
  return isGuided(guidance) && i / n >= from && (i / n < to || to >= 1)
}

/** both: [negatives, positives], each [pictures, perPicture] -> [pictures, perPicture] */
export function guide(both: Float32Array, pictures: number, guidance: Guidance): Float32Array {
  const half = both.length / 2
  const guided = new Float32Array(half)
  for (let i = 0; i < half; i++) {
    const negative = both[i] ?? 0
    guided[i] = negative + Math.fround(guidance.scale * Math.fround((both[half + i] ?? 0) - negative))
  }
  if (guidance.rescale > 0) {
    const perPicture = half / pictures
    for (let p = 0; p < pictures; p++) {
      const from = p * perPicture
      const positive = both.subarray(half + from, half + from + perPicture)
      rescale(guided.subarray(from, from + perPicture), positive, guidance.rescale)
    }
  }
  return guided
}

/** guided ← φ · guided · σ(positive)/σ(guided) + (1 - φ) · guided, in place. */
function rescale(guided: Float32Array, positive: Float32Array, share: number): void {
  const ratio = standardDeviation(positive) / standardDeviation(guided)
  for (const [i, value] of guided.entries()) guided[i] = share * value * ratio + (1 - share) * value
}

/** Unbiased, as torch.std. */
function standardDeviation(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return Math.sqrt(squares / (values.length - 1))
}
