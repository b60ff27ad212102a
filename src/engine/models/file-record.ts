/** The record of a file that is used with a model: a LoRA, an embedding, a VAE … It is sent to workers unchanged. */
import { z } from 'zod'
import { networkNeed } from '../networks/memory/working-memory.ts'
import { networkPart } from '../networks/plan/parts.ts'
import { embeddingPart } from '../text/embedding-file.ts'
import { weightLocation } from '../weights/layouts/location.ts'
import { storage } from './storage.ts'

export const fileRecord = z.object({
  kind: z.enum(['lora', 'embedding', 'vae', 'controlnet', 'ip-adapter', 'image-encoder', 'upscaler']),
  /** Its path below the folder of its kind, without extension. */
  name: z.string(),
  /** A proper name: SDXL, ESRGAN. */
  family: z.string(),
  /** sha256, hex, of the file; for a folder, over its weights and config. */
  hash: z.string(),
  storage,
  /** The memory needs of its own networks; absent if the file was not checked. */
  needs: z.array(networkNeed).optional(),
  /** The memory that its weights add to the Base's U-Net. */
  inUNet: networkNeed.optional(),
  /** The parts of an embedding. */
  embedding: z.array(embeddingPart).optional(),
  lora: z
    .object({
      /** sha256, hex, of the file without its header, as A1111 computes it. */
      dataHash: z.string(),
      /** The name that its trainer gave it, which A1111 also accepts. */
      alias: z.string().optional(),
    })
    .optional(),
  /** A VAE that can replace a model's own. */
  vae: networkPart.optional(),
  /** A ControlNet that can be opened. */
  controlNet: networkPart.optional(),
  /** An image encoder for IP-Adapters. */
  imageEncoder: networkPart.optional(),
  /** An IP-Adapter's weights, with the image encoder that it was trained with. */
  ipAdapter: z
    .object({
      weights: weightLocation,
      encoder: networkPart,
      /** The width of its tokens, which is that of the U-Net's context. */
      contextWidth: z.number(),
    })
    .optional(),
})
export type FileRecord = z.infer<typeof fileRecord>
export type AddOnKind = FileRecord['kind']
