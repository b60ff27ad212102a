/** A case's generators as the reference's pipelines use them, with a count of the numbers that they gave. */
import { generatorPerPicture, type NoiseSource } from '../../../src/engine/pipeline/denoising/noise-source.ts'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'
import type { E2eCase } from './e2e-request.ts'
import { oneGenerator } from './one-generator.ts'

export function countedNoise(
  pipeline: E2eCase['pipeline'],
  seed: E2eCase['seed'],
  pictures: number,
): { source: NoiseSource; drawn(): number } {
  const { source, ofSource } = noiseOf(pipeline, seed, pictures)
  let drawn = 0
  return {
    source: {
      draw: perPicture => {
        drawn += pictures * perPicture
        return source.draw(perPicture)
      },
      drawForSource: perPicture => {
        drawn += ofSource * perPicture
        return source.drawForSource(perPicture)
      },
    },
    drawn: () => drawn,
  }
}

/** `ofSource`: how many posteriors are drawn for one source picture. */
function noiseOf(
  pipeline: E2eCase['pipeline'],
  seed: E2eCase['seed'],
  pictures: number,
): { source: NoiseSource; ofSource: number } {
  if (!Array.isArray(seed)) return { source: oneGenerator(seed, pictures), ofSource: 1 }
  return pipeline === 'inpaint'
    ? { source: sharedSource(seed), ofSource: 1 }
    : { source: generatorPerPicture(seed), ofSource: pictures }
}

/** Inpainting in the reference: a generator per picture, but all pictures share the posteriors that the first one draws. */
function sharedSource(seeds: readonly number[]): NoiseSource {
  const generators = seeds.map(seed => new TorchRandom(seed))
  const joined = (parts: readonly Float32Array[]): Float32Array =>
    Float32Array.from(parts.flatMap(part => [...part]))
  return {
    draw: perPicture => joined(generators.map(generator => generator.randn(perPicture))),
    drawForSource(perPicture) {
      const once = generators[0]?.randn(perPicture) ?? new Float32Array(0)
      return joined(seeds.map(() => once))
    },
  }
}
