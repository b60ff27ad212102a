/** Three models exchanged picture by picture: whether memory stays flat after the first round, and no file stays open. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Section } from './report.ts'
import type { SubjectOptions } from './subject.ts'

const execute = promisify(execFile)
const child = fileURLToPath(new URL(import.meta.url.replace(/exchange(\.[jt]s)$/, 'exchange-child$1')))

const figures = z.object({
  rounds: z.array(z.object({ pictures: z.number(), residentBytes: z.number(), openFiles: z.number() })),
  openFilesBefore: z.number(),
  openFilesAfterwards: z.number(),
})

/** nodeArguments: for running TypeScript, where this file does. */
export async function exchangeModels(
  modelsDir: string,
  model: string,
  pictures: number,
  nodeArguments = process.execArgv,
): Promise<z.infer<typeof figures>> {
  const args = [...nodeArguments, child, modelsDir, model, String(pictures)]
  const { stdout } = await execute(process.execPath, args)
  return figures.parse(JSON.parse(stdout))
}

export async function measureExchange(
  { modelsDir, model }: SubjectOptions,
  pictures: number,
): Promise<Section> {
  const { rounds, openFilesAfterwards } = await exchangeModels(modelsDir, model, pictures)
  const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`
  return {
    name: 'exchange',
    title: `Memory: ${pictures} pictures of 30 sizes, three models exchanged for each`,
    columns: ['pictures', 'resident', 'open files'],
    rows: rounds.map(one => [String(one.pictures), megabytes(one.residentBytes), String(one.openFiles)]),
    notes: [
      `When the models were closed ${openFilesAfterwards} files were open.`,
      'A line is a round: every size with every model.',
    ],
    figures: Object.fromEntries(
      rounds.map(({ pictures: done, residentBytes }) => [`${done}.residentMb`, residentBytes / 2 ** 20]),
    ),
  }
}
