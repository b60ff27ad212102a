/** The description of a model's networks before they are opened: the location of weights, and the configs. */

import { z } from 'zod'
import { cachedForms } from '../../../common/choices.ts'
import { weightLocation } from '../../weights/layouts/location.ts'

/** One network. */
export const networkPart = z.object({
  weights: weightLocation,
  /** In the format of a config.json, read from one or inferred from the names and shapes of the weights. */
  config: z.record(z.string(), z.unknown()),
  /** The file to name when a key is invalid: the config.json, or the file that it was inferred from. */
  configFile: z.string(),
  /** sha256, hex, over weights and config: equal for networks that give the same numbers. */
  hash: z.string(),
  /**
   * The cache file with its weights in another form, on a CPU: the matrices of linear layers in 8-bit blocks, or all weights in
   * float32 for mapping. The version of the format is added to its name. Absent: the weights are used as the model has them.
   */
  cached: z.object({ form: z.enum(cachedForms), file: z.string() }).optional(),
})
export type NetworkPart = z.infer<typeof networkPart>

/** The networks of a Base or a Refiner; the Base alone has the first text encoder. */
export const networkParts = z.object({
  textEncoder: networkPart.optional(),
  textEncoder2: networkPart,
  unet: networkPart,
  vae: networkPart,
})
export type NetworkParts = z.infer<typeof networkParts>
