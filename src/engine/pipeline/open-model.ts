/** A model open for use: its networks, its tokenizers, its schedule and the habits that model_index.json names. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Networks } from '../networks/networks.ts'
import { openNetworks } from '../networks/open.ts'
import { planNetworks } from '../networks/plan.ts'
import type { SessionOptions } from '../onnx/session.ts'
import { type ModelSchedule, readScheduleFile } from '../sampling/scheduler-config.ts'
import { openTokenizer, type Tokenizer } from '../text/tokenizer.ts'

/** A Base or a Refiner. The Base alone has the first tokenizer and encoder. */
export interface OpenModel {
  readonly networks: Networks
  readonly tokenizer: Tokenizer | undefined
  readonly tokenizer2: Tokenizer
  readonly schedule: ModelSchedule
  /** Base: no negative prompt means zeros. Refiner: it means an empty text, encoded. */
  readonly zerosForNoNegative: boolean
}

const indexSchema = z.object({ force_zeros_for_empty_prompt: z.boolean().default(true) })

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

/** Looks at every file of a folder as `openModel` would, opening nothing. @throws what `openModel` would throw. */
export async function checkModel(folder: string): Promise<void> {
  await readIndex(join(folder, 'model_index.json'))
  await readScheduleFile(join(folder, 'scheduler', 'scheduler_config.json'))
  await openTokenizer(join(folder, 'tokenizer_2'))
  const { textEncoder } = await planNetworks(folder)
  if (textEncoder) await openTokenizer(join(folder, 'tokenizer'))
}

async function readIndex(file: string): Promise<z.infer<typeof indexSchema>> {
  try {
    return indexSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    const problem =
      error instanceof SyntaxError || error instanceof z.ZodError
        ? 'it is not understood'
        : 'it cannot be read'
    throw new AppError('model-file', { file, problem }, error)
  }
}
