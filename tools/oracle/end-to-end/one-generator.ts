/** The noise of the reference's batches with one seed: one generator for all pictures of a batch. */
import type { NoiseSource } from '../../../src/engine/pipeline/denoising/noise-source.ts'
import { TorchRandom } from '../../../src/engine/pipeline/denoising/torch-random.ts'

/** A shared source is drawn once. */
export function oneGenerator(seed: number | bigint, pictures: number): NoiseSource {
  const generator = new TorchRandom(seed)
  return {
    draw: perPicture => generator.randn(pictures * perPicture),
    drawForSource(perPicture) {
      const once = generator.randn(perPicture)
      const noise = new Float32Array(pictures * perPicture)
      for (let i = 0; i < pictures; i++) noise.set(once, i * perPicture)
      return noise
    },
  }
}
