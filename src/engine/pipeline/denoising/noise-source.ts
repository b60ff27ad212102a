/** The noise source of a run: torch generators, in the reference's order of draws. */
import { TorchRandom } from './torch-random.ts'

/** Noise for a batch of pictures; stateful, so the order of draws is part of the result. */
export interface NoiseSource {
  /** [pictures, perPicture] */
  draw(perPicture: number): Float32Array
  /** One source picture's posterior noise for every picture of the batch, [pictures, perPicture]. */
  drawForSource(perPicture: number): Float32Array
}

/** A generator per picture, with seeds s, s + 1, …: each picture of a set equals the single picture with its seed. */
export function generatorPerPicture(seeds: readonly (number | bigint)[]): NoiseSource {
  const generators = seeds.map(seed => new TorchRandom(seed))
  const draw = (perPicture: number): Float32Array => {
    const noise = new Float32Array(generators.length * perPicture)
    for (const [i, generator] of generators.entries()) noise.set(generator.randn(perPicture), i * perPicture)
    return noise
  }
  return { draw, drawForSource: draw }
}
