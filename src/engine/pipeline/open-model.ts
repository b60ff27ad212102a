/** A model open for use: its networks, its tokenizers, its schedule and the habits that it names itself. */
import type { ExpertParts } from '../models/record.ts'
import type { Networks } from '../networks/networks.ts'
import { openNetworks } from '../networks/open/open.ts'
import type { SessionOptions } from '../onnx/session.ts'
import { type ModelSchedule, parseSchedule } from '../sampling/scheduler-config.ts'
import { openTokenizerPart } from '../text/tokenizer/open-tokenizer.ts'
import type { Tokenizer } from '../text/tokenizer/tokenizer.ts'

/** A Base or a Refiner. The Base alone has the first tokenizer and encoder. */
export interface OpenModel {
  readonly networks: Networks
  readonly tokenizer: Tokenizer | undefined
  readonly tokenizer2: Tokenizer
  readonly schedule: ModelSchedule
  /** Base: no negative prompt means zeros. Refiner: it means an empty text, encoded. */
  readonly zerosForNoNegative: boolean
}

/** @throws AppError 'model-file' or 'model-config', naming the file and what is wrong. */
export async function openModel(parts: ExpertParts, options: SessionOptions = {}): Promise<OpenModel> {
  const tokenizer2 = await openTokenizerPart(parts.tokenizer2)
  const tokenizer = parts.tokenizer && (await openTokenizerPart(parts.tokenizer))
  return {
    networks: await openNetworks(parts.networks, options),
    tokenizer,
    tokenizer2,
    schedule: parseSchedule(parts.schedule.config, parts.schedule.configFile),
    zerosForNoNegative: parts.zerosForNoNegative,
  }
}
