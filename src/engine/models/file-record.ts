/** Owns what is known of a file that goes with a model: a LoRA, an embedding, a VAE … Crosses to workers as it is. */
import { z } from 'zod'
import { networkPart } from '../networks/plan/parts.ts'
import { embeddingPart } from '../text/embedding-file.ts'
import { weightLocation } from '../weights/location.ts'
import { storage } from './storage.ts'

export const fileRecord = z.object({
  kind: z.enum(['lora', 'embedding', 'vae', 'controlnet', 'ip-adapter', 'image-encoder', 'upscaler']),
  /** Its path below the folder of its kind, without extension. */
  name: z.string(),
  /** A proper name: SDXL, ESRGAN. */
  family: z.string(),
  /** sha256, hex, of the file; of a folder, over its weights and config. */
  hash: z.string(),
  storage,
  /** What an embedding holds. */
  embedding: z.array(embeddingPart).optional(),
  /** A VAE, ready to take the place of a model's own. */
  vae: networkPart.optional(),
  /** A ControlNet, ready to be opened. */
  controlNet: networkPart.optional(),
  /** What IP-Adapters look with. */
  imageEncoder: networkPart.optional(),
  /** An IP-Adapter's weights, with the image encoder that it was trained with. */
  ipAdapter: z
    .object({
      weights: weightLocation,
      encoder: networkPart,
      /** Of its tokens: that of the U-Net's context. */
      contextWidth: z.number(),
    })
    .optional(),
})
export type FileRecord = z.infer<typeof fileRecord>
