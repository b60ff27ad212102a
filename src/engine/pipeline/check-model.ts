/** Whether a model folder could be opened: asked of every model at the start, on the main thread, without the runtime. */
import { join } from 'node:path'
import { planNetworks } from '../networks/plan.ts'
import { readScheduleFile } from '../sampling/scheduler-config.ts'
import { openTokenizer } from '../text/tokenizer.ts'
import { readIndex } from './model-index.ts'

/** Looks at every file of a diffusers folder as `openModel` would. @throws what `openModel` would throw. */
export async function checkModel(folder: string): Promise<void> {
  await readIndex(join(folder, 'model_index.json'))
  await readScheduleFile(join(folder, 'scheduler', 'scheduler_config.json'))
  await openTokenizer(join(folder, 'tokenizer_2'))
  const { textEncoder } = await planNetworks(folder)
  if (textEncoder) await openTokenizer(join(folder, 'tokenizer'))
}
