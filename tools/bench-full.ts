/**
 * Measures a model of full size, network by network, each in a process of its own; with --torch in turns with the same
 * U-Net in torch. How to read it: docs/benchmarks.md.
 *
 *   npm run full-size -- DIR && npm run bench:full -- DIR [--only SCENE …] [--rounds N] [--torch]
 */
import { execFile } from 'node:child_process'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Command } from 'commander'
import { z } from 'zod'
import { packageRoot } from '../src/system/paths.ts'
import { scenes } from './bench/full/scenes.ts'
import { recordIn } from './bench/full/subject.ts'
import { timesOf } from './bench/measure.ts'
import { duration, print } from './bench/report.ts'

const execute = promisify(execFile)
const child = fileURLToPath(new URL(import.meta.url.replace(/bench-full(\.[jt]s)$/, 'bench/full/child$1')))
const torchScript = join(packageRoot, 'tools/bench/torch/unet.py')

const sceneFigures = z.object({
  loadMs: z.number(),
  loadPeakBytes: z.number(),
  callMs: z.array(z.number()),
  processorMs: z.array(z.number()),
  peakBytes: z.number(),
})
type Figures = z.infer<typeof sceneFigures>

const command = new Command('bench:full')
  .argument('<folder>', 'that `npm run full-size` wrote')
  .option('--only <scenes...>', `of ${scenes.map(({ name }) => name).join(', ')}`)
  .option('--rounds <n>', 'calls of each network after the first', Number, 3)
  .option('--torch', 'the guided U-Net in turns with torch (python3 with torch and safetensors)')
  .parse()
const [folder = ''] = command.args
const { only, rounds, torch } = command.opts<{ only?: string[]; rounds: number; torch?: boolean }>()

const chosen = scenes.filter(({ name }) => !only || only.includes(name))
if (chosen.length === 0) command.error(`bench:full: there are ${scenes.map(({ name }) => name).join(', ')}`)

if (torch) {
  const reason = 'bench:full: --torch needs a python3 that has torch and safetensors'
  await execute('python3', ['-c', 'import torch, safetensors']).catch(() => command.error(reason))
}
const { parts } = await recordIn(folder).catch(error => command.error(`bench:full: ${error.message}`))
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
console.log(
  `${availableParallelism()} cores, ${gigabytes(totalmem())}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`,
)

const rows: string[][] = []
for (const { name, label } of chosen) {
  rows.push(row(label, await ours(name)))
  const { weights } = parts.networks.unet
  if (!torch || !name.endsWith('-guided') || weights.layout !== 'folder') continue
  const sidePx = name.split('-')[1] ?? ''
  rows.push(
    row(`${label}, torch`, await run('python3', [torchScript, weights.folder, sidePx, String(rounds)])),
  )
}
console.log(
  print({
    name: 'full',
    title: 'Full size: each line in its own process',
    columns: ['', 'load', 'peak', 'call, least', 'median', 'processor, least', 'peak in all'],
    rows,
    notes: ['Processor time is of all threads together.'],
    figures: {},
  }),
)

function ours(scene: string): Promise<Figures> {
  return run(process.execPath, [...process.execArgv, child, scene, folder, String(rounds)])
}

async function run(program: string, args: readonly string[]): Promise<Figures> {
  const { stdout } = await execute(program, args, { maxBuffer: 2 ** 24 })
  return sceneFigures.parse(JSON.parse(stdout))
}

function row(label: string, { loadMs, loadPeakBytes, callMs, processorMs, peakBytes }: Figures): string[] {
  const { leastMs, medianMs } = timesOf(callMs)
  return [
    label,
    duration(loadMs),
    gigabytes(loadPeakBytes),
    duration(leastMs),
    duration(medianMs),
    duration(Math.min(...processorMs)),
    gigabytes(peakBytes),
  ]
}
