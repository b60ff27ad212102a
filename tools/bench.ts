/**
 * Measures the engine: loading, pictures, samplers, what saves time and memory. How to read it: docs/benchmarks.md.
 *
 *   npm run bench -- [--only PART …] [--rounds N] [--model NAME] [--device cpu] [--threads N] [--json FILE]
 */
import { writeFile } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { Command } from 'commander'
import { packageRoot } from '../src/system/paths.ts'
import { measureBatch } from './bench/batch.ts'
import { measureExchange } from './bench/exchange.ts'
import { measureMemory } from './bench/memory.ts'
import { measurePicture } from './bench/picture.ts'
import { print, type Section } from './bench/report.ts'
import { measureSamplers } from './bench/samplers.ts'
import { measureExtras, measureSavings } from './bench/savings.ts'
import { openSubject, type SubjectOptions } from './bench/subject.ts'
import { measureWeights } from './bench/weights.ts'

const parts = ['picture', 'samplers', 'savings', 'extras', 'memory', 'exchange', 'weights', 'batch'] as const

/** Five rounds and a half of the part `exchange`. */
const exchangedPictures = 500

const command = new Command('bench')
  .option('--only <parts...>', `of ${parts.join(', ')}`)
  .option('--rounds <n>', 'measurements of each figure, in turn with the others', Number, 9)
  .option('--models <folder>', 'folder of models', `${packageRoot}/models`)
  .option('--model <name>', 'model in that folder', 'demo')
  .option('--device <name>', 'cpu, cuda:0, webgpu', 'cpu')
  .option('--threads <n>', '0: as many as the runtime chooses', Number, 0)
  .option('--json <file>', 'where the figures go, unrounded')
  .parse()

const { only, rounds, models, model, device, threads, json } = command.opts<{
  only?: string[]
  rounds: number
  models: string
  model: string
  device: string
  threads: number
  json?: string
}>()

const unknown = (only ?? []).filter(part => !parts.some(known => known === part))
if (unknown.length > 0) command.error(`bench: no part ${unknown.join(', ')}; there are ${parts.join(', ')}`)
if (!Number.isInteger(rounds) || rounds < 1) command.error('bench: --rounds wants a whole number from 1 on')

const options: SubjectOptions = { modelsDir: models, model, device, threads }
const subject = await openSubject(options).catch(error =>
  command.error(`bench: ${error instanceof Error ? error.message : error}`),
)
const measures: Record<(typeof parts)[number], () => Promise<Section>> = {
  picture: () => measurePicture(subject, options, rounds),
  samplers: () => measureSamplers(subject, rounds),
  savings: () => measureSavings(subject, rounds),
  extras: () => measureExtras(subject, options, rounds),
  memory: () => measureMemory(options),
  batch: () => measureBatch(options, rounds),
  exchange: () => measureExchange(options, exchangedPictures),
  weights: () => measureWeights(options),
}

const gigabytes = (totalmem() / 2 ** 30).toFixed(0)
const machine = `${availableParallelism()} cores, ${gigabytes} GB, Node ${process.versions.node}, ${process.platform} ${process.arch}, device ${device}`
console.log(machine)
const sections: Section[] = []
for (const part of parts) {
  if (only && !only.includes(part)) continue
  const section = await measures[part]()
  sections.push(section)
  console.log(print(section))
}
await subject.close()
if (json !== undefined) {
  const figures = Object.fromEntries(sections.map(({ name, figures }) => [name, figures]))
  await writeFile(json, `${JSON.stringify({ machine, rounds, figures }, null, 2)}\n`)
  console.log(`\nFigures written to ${json}`)
}
