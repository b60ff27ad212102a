/** The memory that each network of a model needs, from its plan. */
import { memoryOf } from '../../onnx/memory/graph-memory.ts'
import type { NetworkGraph, NetworkPlan } from '../plan/plan.ts'
import { vaeFactor } from '../vae.ts'
import { type NetworkNeed, unetWorkingBytes, untiledAreas, vaeWorkingBytes } from './working-memory.ts'

/** The memory needs of each network. Guided calls have two rows, with and without the prompt. */
export function needsOf({ textEncoder, textEncoder2, unet, vae }: NetworkPlan): NetworkNeed[] {
  const factor = vaeFactor(vae.config)
  const latent = { batch: 2, heightLatent: 1, widthLatent: 1 }
  const ofVae = {
    bytesPerPixel: vaeWorkingBytes(vae.config, 1),
    mostPixels: untiledAreas * vae.config.sampleSize ** 2,
  }
  const need = (graph: NetworkGraph, working: Pick<NetworkNeed, 'bytesPerPixel' | 'mostPixels'>) => ({
    ...memoryOf(graph),
    ...working,
  })
  return [
    ...[textEncoder, textEncoder2].flatMap(one => (one ? [need(one.graph, { bytesPerPixel: 0 })] : [])),
    need(unet.graph, { bytesPerPixel: unetWorkingBytes(unet.config, latent) / factor ** 2 }),
    need(vae.decoder.graph, ofVae),
    need(vae.encoder.graph, ofVae),
  ]
}
