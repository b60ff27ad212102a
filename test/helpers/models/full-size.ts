/** SDXL at full size, from its published configs and without a byte of weights. */
import type { MemoryNeed } from '../../../src/common/memory-need.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { buildClip } from '../../../src/engine/networks/clip.ts'
import { clipConfigSchema } from '../../../src/engine/networks/configs/clip-config.ts'
import { unetConfigSchema } from '../../../src/engine/networks/configs/unet-config.ts'
import { vaeConfigSchema } from '../../../src/engine/networks/configs/vae-config.ts'
import { needsOf } from '../../../src/engine/networks/memory/network-needs.ts'
import type { NetworkNeed } from '../../../src/engine/networks/memory/working-memory.ts'
import { buildUNet } from '../../../src/engine/networks/unet.ts'
import { buildVaeDecoder, buildVaeEncoder, vaeNames } from '../../../src/engine/networks/vae.ts'
import { parseConfig } from '../../../src/engine/weights/config-file.ts'
import { recorded } from '../../../src/engine/weights/recorded-source.ts'
import type { WeightSource } from '../../../src/engine/weights/source.ts'
import baseUNet from '../../fixtures/configs/base-unet.json' with { type: 'json' }
import clipL from '../../fixtures/configs/clip-l.json' with { type: 'json' }
import openClipBigG from '../../fixtures/configs/open-clip-big-g.json' with { type: 'json' }
import refinerUNet from '../../fixtures/configs/refiner-unet.json' with { type: 'json' }
import vae from '../../fixtures/configs/vae.json' with { type: 'json' }

/** Has every tensor that it is asked for, in float16, and remembers the sizes. */
export function anyWeights(): WeightSource & { sizes: Map<string, number> } {
  const sizes = new Map<string, number>()
  return {
    place: 'nowhere',
    sizes,
    find(name, shape) {
      const length = 2 * shape.reduce((product, size) => product * size, 1)
      sizes.set(name, length / 2)
      return { name, dtype: 'F16', shape, file: '/nowhere/weights.safetensors', offset: 0, length }
    },
  }
}

/** A network that needs the same on a CPU and on a card, in every precision and at every low-memory level. */
export function alikeEverywhere(need: MemoryNeed, network: NetworkNeed['network'] = 'unet'): NetworkNeed {
  return { network, ...need, onCard: { float32: [need, need, need], float16: [need, need, need] } }
}

/** A model with a Refiner, whose networks need what SDXL's at full size do. */
export function asFullSize(model: ModelRecord): ModelRecord {
  const { refiner } = model
  return {
    ...model,
    needs: fullSizeNeeds('base'),
    ...(refiner && { refiner: { ...refiner, needs: fullSizeNeeds('refiner') } }),
  }
}

/** In the order of `needsOf`: text encoders (two in the Base, the second in the Refiner), U-Net, the VAE's decoder and encoder. */
export function fullSizeNeeds(expert: 'base' | 'refiner'): NetworkNeed[] {
  return expert === 'base'
    ? needsOf({
        textEncoder: textEncoder(clipL),
        textEncoder2: textEncoder(openClipBigG),
        ...rest(baseUNet, 6),
      })
    : needsOf({ textEncoder2: textEncoder(openClipBigG), ...rest(refinerUNet, 5) })
}

function rest(published: unknown, timeIdCount: number) {
  const config = parseConfig('unet', published, unetConfigSchema)
  const weights = recorded(anyWeights())
  return { unet: { config, weights, graph: buildUNet(config, weights, timeIdCount) }, vae: vaePlan() }
}

function vaePlan() {
  const config = parseConfig('vae', vae, vaeConfigSchema)
  const [decoder, encoder] = [buildVaeDecoder(config, anyWeights()), buildVaeEncoder(config, anyWeights())]
  return { config, decoder: { graph: decoder, ...vaeNames }, encoder: { graph: encoder, ...vaeNames } }
}

function textEncoder(published: unknown) {
  const config = parseConfig('text encoder', published, clipConfigSchema)
  const weights = recorded(anyWeights())
  const build = (source: WeightSource) => buildClip(config, source)
  return { graph: build(weights), own: { weights, build } }
}
