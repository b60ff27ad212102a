/** A model open for use: its networks, its tokenizers, its schedule and the habits that model_index.json names. */
import { join } from 'node:path'
import type { Networks } from '../networks/networks.ts'
import { openNetworks } from '../networks/open.ts'
import type { SessionOptions } from '../onnx/session.ts'
import { type ModelSchedule, readScheduleFile } from '../sampling/scheduler-config.ts'
import { openTokenizer, type Tokenizer } from '../text/tokenizer.ts'
import { readIndex } from './model-index.ts'

/** A Base or a Refiner. The Base alone has the first tokenizer and encoder. */
export interface OpenModel {
  readonly networks: Networks
  readonly tokenizer: Tokenizer | undefined
  readonly tokenizer2: Tokenizer
  readonly schedule: ModelSchedule
  /** Base: no negative prompt means zeros. Refiner: it means an empty text, encoded. */
  readonly zerosForNoNegative: boolean
}

/** Opens a diffusers folder. @throws AppError 'model-file' or 'model-config', naming the file and what is wrong. */
export async function openModel(folder: string, options: SessionOptions = {}): Promise<OpenModel> {
  const index = await readIndex(join(folder, 'model_index.json'))
  const schedule = await readScheduleFile(join(folder, 'scheduler', 'scheduler_config.json'))
  const tokenizer2 = await openTokenizer(join(folder, 'tokenizer_2'))
  const networks = await openNetworks(folder, options)
  const tokenizer = networks.textEncoder && (await openTokenizer(join(folder, 'tokenizer')))
  return {
    networks,
    tokenizer,
    tokenizer2,
    schedule,
    zerosForNoNegative: index.force_zeros_for_empty_prompt,
  }
}
