/** Whether a Refiner belongs to a Base: both must speak of the same latents and read the same second text encoder. */
import { join } from 'node:path'
import { z } from 'zod'
import { readConfigFile } from './config-file.ts'
import { openDiffusersFolder } from './diffusers-layout.ts'
import { readTensor } from './tensor-values.ts'

/** What differs. */
export type RefinerMismatch = 'VAE' | 'second text encoder'

/**
 * One tensor stands for each network. Copies in another precision, and the VAE that was retouched for float16, point
 * the same way as the original; networks of another training do not.
 */
const landmarks = {
  VAE: { folder: 'vae', tensor: 'decoder.conv_in.weight' },
  'second text encoder': { folder: 'text_encoder_2', tensor: 'text_model.encoder.layers.0.mlp.fc1.weight' },
} as const

const leastCosine = 0.9

const vaeConfig = z.object({ scaling_factor: z.number().default(0.18215) })

/** Undefined where the Refiner belongs. @throws AppError 'model-file' or 'model-config'. */
export async function mismatchOf(
  baseFolder: string,
  refinerFolder: string,
): Promise<RefinerMismatch | undefined> {
  const scaling = (folder: string) => readConfigFile(join(folder, 'vae', 'config.json'), vaeConfig)
  const [base, refiner] = [await scaling(baseFolder), await scaling(refinerFolder)]
  if (base.scaling_factor !== refiner.scaling_factor) return 'VAE'
  for (const what of ['VAE', 'second text encoder'] as const) {
    const { folder, tensor } = landmarks[what]
    const a = await landmarkOf(join(baseFolder, folder), tensor)
    const b = await landmarkOf(join(refinerFolder, folder), tensor)
    if (!a || !b || a.length !== b.length || cosine(a, b) < leastCosine) return what
  }
  return undefined
}

async function landmarkOf(folder: string, name: string): Promise<Float32Array | undefined> {
  const tensor = (await openDiffusersFolder(folder)).find(name, [])
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
