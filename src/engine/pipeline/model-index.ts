/** model_index.json: the habits of a model that it names itself. */
import { z } from 'zod'
import { readConfigFile } from '../weights/config-file.ts'

const indexSchema = z.object({ force_zeros_for_empty_prompt: z.boolean().default(true) })

/** @throws AppError 'model-file' or 'model-config'. */
export function readIndex(file: string): Promise<z.infer<typeof indexSchema>> {
  return readConfigFile(file, indexSchema)
}
