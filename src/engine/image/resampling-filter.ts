/** The resampling filters of Pillow: the weight of a pixel by its distance from the centre. */

export interface ResamplingFilter {
  /** The filter's radius in pixels of the smaller picture; weights beyond it are 0. */
  readonly reach: number
  weight(distance: number): number
}

const lobes = 3

/** L(x) = sinc(x) sinc(x / 3) for |x| < 3, else 0 */
export const lanczos: ResamplingFilter = {
  reach: lobes,
  weight: x => (Math.abs(x) < lobes ? sinc(x) * sinc(x / lobes) : 0),
}

/** Keys (1981) with a = -1/2. */
export const bicubic: ResamplingFilter = {
  reach: 2,
  weight(distance) {
    const [x, a] = [Math.abs(distance), -0.5]
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
  },
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}
