/** The picture sizes in a model's configs, checked against the bounds of a picture. */
import { z } from 'zod'
import type { NetworkPart } from '../networks/plan/parts.ts'
import { parseConfig } from '../weights/config-file.ts'
import type { ExpertParts } from './record.ts'

/** sample_size: the training size; in latents for the U-Net, in pixels for the VAE. */
const schema = z.object({
  block_out_channels: z.array(z.number()).min(1).max(8),
  sample_size: z.int().min(1).max(16_384).optional(),
})

/** SDXL's value, for a config without one. */
const sdxlSideLatents = 128

/** Sides of a picture must be multiples of this: the pixels per latent. @throws AppError 'model-config' when out of range. */
export function sizeStepOf({ networks }: ExpertParts): number {
  return 2 ** (read(networks.vae).block_out_channels.length - 1)
}

/** The side of the U-Net's training pictures. @throws AppError 'model-config' when it is out of range. */
export function nativeSideOf(parts: ExpertParts): number {
  return (read(parts.networks.unet).sample_size ?? sdxlSideLatents) * sizeStepOf(parts)
}

function read({ config, configFile }: NetworkPart): z.infer<typeof schema> {
  return parseConfig(configFile, config, schema)
}
