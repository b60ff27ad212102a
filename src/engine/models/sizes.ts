/** Owns what a model's configs say of picture sizes, held to what a picture can have. */
import { z } from 'zod'
import type { NetworkPart } from '../networks/plan/parts.ts'
import { parseConfig } from '../weights/config-file.ts'
import type { ExpertParts } from './record.ts'

/** sample_size: the side that it was trained at; of the U-Net in latents, of the VAE in pixels. */
const schema = z.object({
  block_out_channels: z.array(z.number()).min(1).max(8),
  sample_size: z.int().min(1).max(16_384).optional(),
})

/** SDXL's, where a config does not say it. */
const sdxlSideLatents = 128

/** Sides of a picture must be multiples of this: the pixels per latent. @throws AppError 'model-config'. */
export function sizeStepOf({ networks }: ExpertParts): number {
  return 2 ** (read(networks.vae).block_out_channels.length - 1)
}

/** The side of the pictures that the U-Net was trained on. @throws AppError 'model-config'. */
export function nativeSideOf(parts: ExpertParts): number {
  return (read(parts.networks.unet).sample_size ?? sdxlSideLatents) * sizeStepOf(parts)
}

function read({ config, configFile }: NetworkPart): z.infer<typeof schema> {
  return parseConfig(configFile, config, schema)
}
