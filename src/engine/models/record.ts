/** Owns what is known of a model: its parts, each with where it comes from and its hash. Crosses to workers as it is. */
import { z } from 'zod'
import { networkParts } from '../networks/plan/parts.ts'
import { tokenizerPart } from '../text/tokenizer/tokenizer-part.ts'
import { storage } from './storage.ts'

/** All that a Base or a Refiner is opened from. */
export const expertParts = z.object({
  networks: networkParts,
  /** Of the first text encoder. */
  tokenizer: tokenizerPart.optional(),
  tokenizer2: tokenizerPart,
  schedule: z.object({
    /** As a scheduler_config.json says it. */
    config: z.record(z.string(), z.unknown()),
    /** What to name when a key does not fit. */
    configFile: z.string(),
  }),
  /** Base: no negative prompt means zeros. Refiner: it means an empty text, encoded. */
  zerosForNoNegative: z.boolean(),
})
export type ExpertParts = z.infer<typeof expertParts>

const expert = {
  parts: expertParts,
  /** sha256, hex, over everything that decides a picture. */
  hash: z.string(),
  /** Sides of a picture must be multiples of this: the pixels per latent, 8 in SDXL. */
  sizeStepPx: z.number(),
  storage,
}

/** A Base or a Refiner. */
export const expertRecord = z.object(expert)
export type ExpertRecord = z.infer<typeof expertRecord>

/** A usable model: Base with, where there is one, the Refiner that belongs to it. */
export const modelRecord = z.object({
  name: z.string(),
  ...expert,
  /** What the U-Net was trained on. */
  nativeSidePx: z.number(),
  /** How wide its text encoders are, for what is put in place of words. */
  textWidths: z.object({ first: z.number().optional(), second: z.number() }).optional(),
  /** The sampler that its scheduler_config.json stands for. */
  sampler: z.string().optional(),
  /** What else that file says that a request must know. */
  scheduler: z
    .object({
      /** Its own sampler cannot be had, for its class or for this key of it. */
      notBuilt: z.object({ className: z.string(), key: z.string().optional() }).optional(),
      zeroTerminalSnr: z.boolean(),
      /** Trained with EDM's scalings. */
      edm: z.boolean(),
    })
    .optional(),
  refiner: expertRecord.optional(),
  /** What keeps the Refiner beside the Base from belonging to it; then there is no `refiner`. */
  refinerMismatch: z.enum(['VAE', 'second text encoder']).optional(),
})
export type ModelRecord = z.infer<typeof modelRecord>
