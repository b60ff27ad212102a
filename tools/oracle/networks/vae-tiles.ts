/** parts/vae_tiled_*: the VAE in overlapping, blended tiles. */
import { z } from 'zod'
import { decodeTiled, encodeTiled, type TileSize } from '../../../src/engine/pipeline/latents/vae-tiling.ts'
import { type Check, type Checker, compare } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import type { Tensor } from '../tensors.ts'

/** Of the encoder's moments, for which the file names no floor: the oracle's README, table of floors. */
const momentsLimit = 3e-4

const schema = z.object({
  tile_sample_min_size: z.number(),
  tile_latent_min_size: z.number(),
  tile_overlap_factor: z.literal(0.25),
  floor_f32_vs_f64: z.number(),
})

export const vaeTiles: Checker = {
  name: 'parts/vae_tiled',
  async list(oracle) {
    const names = (await oracle.list('parts', '.json')).filter(name => name.startsWith('vae_tiled_'))
    return names.map(name => ({ name: `parts/${name}`, run: () => check(oracle, name) }))
  },
}

async function check(oracle: OracleFolder, name: string): Promise<Check[]> {
  const facts = await oracle.json(schema, 'parts', `${name}.json`)
  const golden = await oracle.tensors('parts', `${name}.safetensors`)
  const { vae } = (await oracle.open('base')).networks
  const tile: TileSize = { sidePx: facts.tile_sample_min_size, sideLatent: facts.tile_latent_min_size }

  const latent = planes(golden.get('latent'))
  const decoded = await decodeTiled(vae, latent.data, latent.batch, latent.height, latent.width, tile)
  const checks = [compare('decoded', decoded, golden.floats('decoded_tiled'), 10 * facts.floor_f32_vs_f64)]
  if (golden.has('image') && golden.has('mean_tiled')) {
    const image = planes(golden.get('image'))
    const moments = await encodeTiled(vae, image.data, image.batch, image.height, image.width, tile)
    // The first half of each picture's moments is the mean; the golden cases hold one picture.
    const mean = moments.subarray(0, moments.length / 2)
    checks.push(compare('mean', mean, golden.floats('mean_tiled'), momentsLimit))
  }
  return checks
}

function planes({ data, shape }: Tensor) {
  const [batch = 0, , height = 0, width = 0] = shape
  return { data: Float32Array.from(data), batch, height, width }
}
