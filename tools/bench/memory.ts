/** Memory peaks, each in a process of its own, since a peak never falls. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { memoryScenes } from './memory-scenes.ts'
import type { Section } from './report.ts'
import type { SubjectOptions } from './subject.ts'

const execute = promisify(execFile)
const child = fileURLToPath(new URL(import.meta.url.replace(/memory(\.[jt]s)$/, 'memory-child$1')))

const figures = z.object({ beforeMb: z.number(), peakMb: z.number(), ms: z.number() })

export async function measureMemory(options: SubjectOptions): Promise<Section> {
  const measured: { name: string; label: string; beforeMb: number; peakMb: number; ms: number }[] = []
  for (const { name, label } of memoryScenes) {
    const { modelsDir, model, device, threads } = options
    const args = [child, name, JSON.stringify({ modelsDir, model, device, threads })]
    const { stdout } = await execute(process.execPath, [...process.execArgv, ...args])
    measured.push({ name, label, ...figures.parse(JSON.parse(stdout)) })
  }
  const megabytes = (value: number) => `${value.toFixed(0)} MB`
  return {
    name: 'memory',
    title: 'Memory: resident set, each line in its own process',
    columns: ['', 'before', 'peak', 'more', 'time'],
    rows: measured.map(({ label, beforeMb, peakMb, ms }) => [
      label,
      megabytes(beforeMb),
      megabytes(peakMb),
      megabytes(peakMb - beforeMb),
      `${(ms / 1000).toFixed(2)} s`,
    ]),
    notes: [
      'Before: with the model open. Sides are in units of the VAE’s own training size.',
      'Tiles and one picture at a time are what the pipeline does; “at once” is what it avoids.',
    ],
    figures: Object.fromEntries(
      measured.flatMap(({ name, beforeMb, peakMb }) => [
        [`${name}.peakMb`, peakMb],
        [`${name}.moreMb`, peakMb - beforeMb],
      ]),
    ),
  }
}
