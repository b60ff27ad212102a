/** What is done in a process whose memory is measured. */

import { decodeTiled } from '../../src/engine/pipeline/latents/vae-tiling.ts'
import type { OpenModel } from '../../src/engine/pipeline/open/open-model.ts'
import type { Subject } from './subject.ts'

interface Scene {
  readonly name: string
  readonly label: string
  run(open: { subject: Subject; model: OpenModel }): Promise<unknown>
}

/** Sides of a large picture, as multiples of the VAE's training size. */
const large = 8
/** Pictures of a set and their sides. */
const set = { pictures: 4, side: 3 }

export const memoryScenes: readonly Scene[] = [
  { name: 'idle', label: 'nothing', run: async () => undefined },
  { name: 'picture', label: 'a picture', run: ({ subject }) => subject.paint(subject.order()) },
  {
    name: 'decodeWhole',
    label: `decode ${large}×${large} at once`,
    run: ({ model }) =>
      decode(model, 1, large, (latents, side) => model.networks.vae.decode(latents, 1, side, side)),
  },
  {
    name: 'decodeTiled',
    label: `decode ${large}×${large} in tiles`,
    run: ({ model }) =>
      decode(model, 1, large, (latents, side) => decodeTiled(model.networks.vae, latents, 1, side, side)),
  },
  {
    name: 'decodeSet',
    label: `decode ${set.pictures} of ${set.side}×${set.side} at once`,
    run: ({ model }) =>
      decode(model, set.pictures, set.side, (latents, side) =>
        model.networks.vae.decode(latents, set.pictures, side, side),
      ),
  },
  {
    name: 'decodeSliced',
    label: `decode ${set.pictures} of ${set.side}×${set.side} one by one`,
    run: ({ model }) =>
      decode(model, set.pictures, set.side, async (latents, side) => {
        const perPicture = latents.length / set.pictures
        for (let i = 0; i < set.pictures; i++) {
          const one = latents.slice(i * perPicture, (i + 1) * perPicture)
          await model.networks.vae.decode(one, 1, side, side)
        }
      }),
  },
]

/** `size`: sides of each picture, as multiples of the VAE's training size. */
function decode(
  { networks }: OpenModel,
  pictures: number,
  size: number,
  run: (latents: Float32Array, sideLatent: number) => Promise<unknown>,
): Promise<unknown> {
  const { sampleSize, factor } = networks.vae
  const side = Math.round((sampleSize * size) / factor)
  const latents = new Float32Array(pictures * 4 * side * side).map((_, i) => Math.sin(i))
  return run(latents, side)
}
