/** Weights in 8 bits beside float32: how far pictures of many prompts differ, and how fast each is. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { differenceOf, timesOf } from './measure.ts'
import { duration, type Section, times } from './report.ts'
import { openSubject, type Subject, type SubjectOptions } from './subject.ts'

/** Sixteen prompts that the bundled model knows. */
const objects = ['circle', 'square', 'triangle', 'heart']
const colours = ['red', 'green', 'blue', 'yellow']
const prompts = objects.flatMap((object, i) =>
  colours.map((colour, k) => `a ${colour} ${object} on a ${colours[(i + k + 1) % 4] ?? ''} background`),
)

interface Pair {
  readonly floatMs: number
  readonly int8Ms: number
  readonly psnrDb: number
  readonly greatest: number
}

export async function measureWeights(options: SubjectOptions): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'easel-bench-weights-'))
  const [inFloat, inInt8] = [
    await openSubject(options),
    await openSubject({ ...options, int8Folder: folder }),
  ]
  try {
    const pairs: Pair[] = []
    for (const [seed, positive] of prompts.entries())
      pairs.push(await compare(inFloat, inInt8, positive, seed))
    return sectionOf(pairs)
  } finally {
    await inFloat.close()
    await inInt8.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function compare(inFloat: Subject, inInt8: Subject, positive: string, seed: number): Promise<Pair> {
  const changes = { prompt: { positive, negative: null, clipSkip: 0 }, seed }
  const one = await inFloat.paint(inFloat.order(changes))
  const other = await inInt8.paint(inInt8.order(changes))
  const [first, second] = await Promise.all([one, other].map(({ bytes }) => pixelsOf(bytes)))
  const { psnrDb, greatest } = differenceOf(first ?? new Uint8Array(), second ?? new Uint8Array())
  return { floatMs: one.totalMs, int8Ms: other.totalMs, psnrDb, greatest }
}

function sectionOf(pairs: readonly Pair[]): Section {
  const floatMs = timesOf(pairs.map(pair => pair.floatMs)).leastMs
  const int8Ms = timesOf(pairs.map(pair => pair.int8Ms)).leastMs
  const meanPsnrDb = pairs.reduce((sum, { psnrDb }) => sum + psnrDb, 0) / pairs.length
  const leastPsnrDb = Math.min(...pairs.map(({ psnrDb }) => psnrDb))
  const greatest = Math.max(...pairs.map(pair => pair.greatest))
  return {
    name: 'weights',
    title: 'Weights in 8 bits beside float32',
    columns: ['', 'least', 'speed', 'PSNR', 'least PSNR', 'greatest difference'],
    rows: [
      ['float32', duration(floatMs), '', '', '', ''],
      [
        'int8',
        duration(int8Ms),
        times(floatMs / int8Ms),
        `${meanPsnrDb.toFixed(1)} dB`,
        `${leastPsnrDb.toFixed(1)} dB`,
        greatest,
      ],
    ],
    notes: [`Over ${pairs.length} prompts, a seed each. Differences are in 8-bit values of the picture.`],
    figures: { floatMs, int8Ms, meanPsnrDb, leastPsnrDb, greatest },
  }
}

async function pixelsOf(bytes: Uint8Array): Promise<Uint8Array> {
  return sharp(bytes).removeAlpha().raw().toBuffer()
}
