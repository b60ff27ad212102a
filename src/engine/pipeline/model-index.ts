/** model_index.json: the habits of a model that it names itself. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../../errors.ts'

const indexSchema = z.object({ force_zeros_for_empty_prompt: z.boolean().default(true) })

/** @throws AppError 'model-file'. */
export async function readIndex(file: string): Promise<z.infer<typeof indexSchema>> {
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
