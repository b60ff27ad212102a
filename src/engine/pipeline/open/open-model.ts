/** Opens a model: its networks, its tokenizers, its schedule and its pipeline options. */
import type { ExpertParts } from '../../models/record.ts'
import type { Networks } from '../../networks/networks.ts'
import { type NetworkOptions, openNetworks } from '../../networks/open/open.ts'
import { type ModelSchedule, parseSchedule } from '../../sampling/diffusers/scheduler-config.ts'
import { openTokenizers, type Tokenizers } from './open-tokenizers.ts'

/** A Base or a Refiner. Only the Base has the first tokenizer and encoder. */
export interface OpenModel extends Tokenizers {
  readonly networks: Networks
  readonly schedule: ModelSchedule
  /** Without a negative prompt the Base uses zeros, and the Refiner an encoded empty text. */
  readonly zerosForNoNegative: boolean
}

/** Opens a Base or a Refiner. @throws AppError 'model-file' or 'model-config' when a part cannot be used; names the file and the problem. */
export async function openModel(parts: ExpertParts, options: NetworkOptions = {}): Promise<OpenModel> {
  const tokenizers = await openTokenizers(parts)
  return {
    networks: await openNetworks(parts.networks, options),
    ...tokenizers,
    schedule: parseSchedule(parts.schedule.config, parts.schedule.configFile),
    zerosForNoNegative: parts.zerosForNoNegative,
  }
}
