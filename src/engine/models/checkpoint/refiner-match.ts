/** Whether a Refiner belongs to a Base: both must have the same latents and the same second text encoder. */
import { z } from 'zod'
import type { NetworkParts } from '../../networks/plan/parts.ts'
import { parseConfig } from '../../weights/config-file.ts'
import { openWeights, type WeightLocation } from '../../weights/layouts/location.ts'
import { readTensor } from '../../weights/tensor-values.ts'
import { type RefinerMismatch, refinerMismatches } from '../record.ts'

/**
 * One tensor represents each network. It points in the same direction in copies of another precision and in the VAE that
 * was fixed for float16, but not in networks of another training.
 */
const comparedTensors = {
  vae: { network: 'vae', tensor: 'decoder.conv_in.weight' },
  'text-encoder-2': { network: 'textEncoder2', tensor: 'text_model.encoder.layers.0.mlp.fc1.weight' },
} as const

const leastCosine = 0.9

const vaeConfig = z.object({ scaling_factor: z.number().default(0.18215) })

/** Undefined if the Refiner belongs. @throws AppError 'model-file' or 'model-config' when weights cannot be read. */
export async function mismatchOf(
  base: NetworkParts,
  refiner: NetworkParts,
): Promise<RefinerMismatch | undefined> {
  const scaling = ({ vae }: NetworkParts) => parseConfig(vae.configFile, vae.config, vaeConfig).scaling_factor
  if (scaling(base) !== scaling(refiner)) return 'vae'
  for (const what of refinerMismatches) {
    const { network, tensor } = comparedTensors[what]
    // The weights of a foreign graph are not readable by name. Two such graphs in one folder count as a pair.
    const layouts = [base, refiner].map(parts => parts[network].weights.layout)
    if (layouts.every(layout => layout === 'onnx')) continue
    if (layouts.includes('onnx')) return what
    if (base[network].hash === refiner[network].hash) continue
    const a = await readComparedTensor(base[network].weights, tensor)
    const b = await readComparedTensor(refiner[network].weights, tensor)
    if (!a || !b || a.length !== b.length || cosine(a, b) < leastCosine) return what
  }
  return undefined
}

async function readComparedTensor(weights: WeightLocation, name: string): Promise<Float32Array | undefined> {
  const tensor = (await openWeights(weights)).find(name, [])
  return tensor && readTensor(tensor)
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0
    dot += x * y
    aa += x * x
    bb += y * y
  }
  return dot / Math.sqrt(aa * bb || 1)
}
