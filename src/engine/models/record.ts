/** The model record: a model's parts, each with its location and hash. It is sent to workers unchanged. */
import { z } from 'zod'
import { networkNeed } from '../networks/memory/working-memory.ts'
import { networkParts } from '../networks/plan/parts.ts'
import { tokenizerPart } from '../text/tokenizer/tokenizer-part.ts'
import { storage } from './storage.ts'

/** The parts by which a Refiner can be found not to belong to a Base. */
export const refinerMismatches = ['vae', 'text-encoder-2'] as const
export type RefinerMismatch = (typeof refinerMismatches)[number]

/** The parts from which a Base or a Refiner is opened. */
const expertParts = z.object({
  networks: networkParts,
  /** The tokenizer of the first text encoder. */
  tokenizer: tokenizerPart.optional(),
  tokenizer2: tokenizerPart,
  schedule: z.object({
    /** In the format of a scheduler_config.json. */
    config: z.record(z.string(), z.unknown()),
    /** The file to name when a key is invalid. */
    configFile: z.string(),
  }),
  /** A missing negative prompt means zeros in a Base, and the encoded empty text in a Refiner. */
  zerosForNoNegative: z.boolean(),
})
export type ExpertParts = z.infer<typeof expertParts>

const expert = {
  parts: expertParts,
  /** sha256, hex, over everything that affects a picture. */
  hash: z.string(),
  /** Sides of a picture must be multiples of this: the pixels per latent, 8 in SDXL. */
  sizeStepPx: z.number(),
  /** The memory needs of each network; absent if the model was not checked. */
  needs: z.array(networkNeed).optional(),
  storage,
}

/** A Base or a Refiner. */
const expertRecord = z.object(expert)
export type ExpertRecord = z.infer<typeof expertRecord>

/** A usable model: a Base and, if there is one, its Refiner. */
export const modelRecord = z.object({
  name: z.string(),
  ...expert,
  /** The side of the U-Net's training pictures. */
  nativeSidePx: z.number(),
  /** The widths of its text encoders, for textual inversion. */
  textWidths: z.object({ first: z.number().optional(), second: z.number() }).optional(),
  /** The sampler that corresponds to its scheduler_config.json. */
  sampler: z.string().optional(),
  /** Further facts of that file that a request needs. */
  scheduler: z
    .object({
      /** The unsupported class or key because of which its own sampler is not available. */
      notBuilt: z.object({ className: z.string(), key: z.string().optional() }).optional(),
      zeroTerminalSnr: z.boolean(),
      /** Trained with EDM's scalings. */
      edm: z.boolean(),
    })
    .optional(),
  refiner: expertRecord.extend({ name: z.string() }).optional(),
  /** Why the Refiner beside the Base does not belong to it; then there is no `refiner`. */
  refinerMismatch: z.enum(refinerMismatches).optional(),
})
export type ModelRecord = z.infer<typeof modelRecord>
