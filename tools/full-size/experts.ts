/** The networks of SDXL's Base and Refiner: their published configs, and the tensors of these. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { buildClip } from '../../src/engine/networks/clip.ts'
import { clipConfigSchema } from '../../src/engine/networks/configs/clip-config.ts'
import { unetConfigSchema } from '../../src/engine/networks/configs/unet-config.ts'
import { vaeConfigSchema } from '../../src/engine/networks/configs/vae-config.ts'
import { buildUNet } from '../../src/engine/networks/unet.ts'
import { buildVaeDecoder, buildVaeEncoder } from '../../src/engine/networks/vae.ts'
import { parseConfig } from '../../src/engine/weights/config-file.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { type TensorSpec, tensorsOf } from './tensors.ts'

/** The folders of a model in diffusers' layout. */
export type Role = 'text_encoder' | 'text_encoder_2' | 'unet' | 'vae'

export interface Component {
  readonly role: Role
  /** Its config.json. */
  readonly config: Readonly<Record<string, unknown>>
  readonly tensors: readonly TensorSpec[]
  /** Components of one seed get the same weights: the experts share the second text encoder and the VAE. */
  readonly seed: string
}

export const expertNames = ['base', 'refiner'] as const
export type ExpertName = (typeof expertNames)[number]

/** The published configs and, of each expert's networks, the tensors. */
export async function componentsOf(expert: ExpertName): Promise<Component[]> {
  const shared = [await textEncoder('text_encoder_2', 'open-clip-big-g'), await vae()]
  if (expert === 'refiner') return [...shared, await unet('refiner-unet', 5)]
  return [await textEncoder('text_encoder', 'clip-l'), ...shared, await unet('base-unet', 6)]
}

async function textEncoder(role: 'text_encoder' | 'text_encoder_2', name: string): Promise<Component> {
  const config = await published(name)
  const parsed = parseConfig(name, config, clipConfigSchema)
  return { role, config, seed: name, tensors: tensorsOf(source => buildClip(parsed, source)) }
}

async function unet(name: string, timeIdCount: number): Promise<Component> {
  const config = await published(name)
  const parsed = parseConfig(name, config, unetConfigSchema)
  const tensors = tensorsOf(source => buildUNet(parsed, source, timeIdCount))
  return { role: 'unet', config, seed: name, tensors }
}

async function vae(): Promise<Component> {
  const config = await published('vae')
  const parsed = parseConfig('vae', config, vaeConfigSchema)
  const tensors = tensorsOf(source => [buildVaeEncoder(parsed, source), buildVaeDecoder(parsed, source)])
  return { role: 'vae', config, seed: 'vae', tensors }
}

async function published(name: string): Promise<Record<string, unknown>> {
  const text = await readFile(join(packageRoot, 'test/fixtures/configs', `${name}.json`), 'utf8')
  return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
}
