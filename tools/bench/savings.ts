/** What saves time, and at what difference: --fast, the guidance interval, no guidance, kept embeddings; and what previews cost. */
import sharp from 'sharp'
import type { PaintOrder } from '../../src/engine/work-order.ts'
import { type Difference, differenceOf, interleaved, timesOf } from './measure.ts'
import { duration, percent, type Section, times } from './report.ts'
import { openSubject, type Painting, type Subject, type SubjectOptions } from './subject.ts'

interface Way {
  readonly name: string
  readonly label: string
  change(order: PaintOrder): PaintOrder
}

const sampled = (changes: Partial<PaintOrder['sampling']>) => (order: PaintOrder) => ({
  ...order,
  sampling: { ...order.sampling, ...changes },
})

const ways: readonly Way[] = [
  { name: 'full', label: 'as it is', change: order => order },
  { name: 'fast', label: '--fast', change: order => ({ ...order, fast: true }) },
  { name: 'interval', label: '--interval 0.2:0.8', change: sampled({ guidanceInterval: [0.2, 0.8] }) },
  {
    name: 'fastInterval',
    label: '--fast --interval 0.2:0.8',
    change: order => ({ ...sampled({ guidanceInterval: [0.2, 0.8] })(order), fast: true }),
  },
  { name: 'unguided', label: '--cfg 1', change: sampled({ guidance: 1 }) },
]

/** Differences are means over these, so that one lucky seed does not decide. */
const seeds = [11, 12, 13, 14]

export async function measureSavings(subject: Subject, rounds: number): Promise<Section> {
  const paintings = await interleaved(
    ways.map(way => () => subject.paint(way.change(subject.order()))),
    2 * rounds,
  )
  const summaries = await Promise.all(
    ways.map(async (way, i) => ({
      way,
      ...timesOf((paintings[i] ?? []).map(({ totalMs }) => totalMs)),
      difference: await differenceFromFull(subject, way),
    })),
  )
  // Speeds compare the least times: what else the machine does only ever adds.
  const fullMs = summaries[0]?.leastMs ?? Number.NaN
  return {
    name: 'savings',
    title: 'What saves time, and how far the picture moves from the full one',
    columns: ['', 'median', 'least', 'speed', 'mean difference', 'greatest', 'PSNR'],
    rows: summaries.map(({ way, medianMs, leastMs, difference }) => [
      way.label,
      duration(medianMs),
      duration(leastMs),
      times(fullMs / leastMs),
      difference.meanAbsolute.toFixed(2),
      difference.greatest,
      Number.isFinite(difference.psnrDb) ? `${difference.psnrDb.toFixed(1)} dB` : '∞',
    ]),
    notes: [
      `Speed: least against least. Differences are in 8-bit values, over ${seeds.length} seeds.`,
      '--cfg 1 is another picture: it shows what a step costs where guidance rests.',
    ],
    figures: Object.fromEntries(
      summaries.flatMap(({ way, medianMs, leastMs, difference }) => [
        [`${way.name}.pictureMs`, medianMs],
        [`${way.name}.leastPictureMs`, leastMs],
        [`${way.name}.speed`, fullMs / leastMs],
        [`${way.name}.meanDifference`, difference.meanAbsolute],
        [`${way.name}.psnrDb`, difference.psnrDb],
      ]),
    ),
  }
}

async function differenceFromFull(subject: Subject, way: Way): Promise<Difference> {
  const differences: Difference[] = []
  for (const seed of seeds) {
    const order = { ...subject.order(), seed }
    const full = await pixelsOf(await subject.paint(order))
    differences.push(differenceOf(full, await pixelsOf(await subject.paint(way.change(order)))))
  }
  const mean = (of: (one: Difference) => number) =>
    differences.reduce((sum, one) => sum + of(one), 0) / differences.length
  return {
    meanAbsolute: mean(one => one.meanAbsolute),
    greatest: Math.max(...differences.map(one => one.greatest)),
    psnrDb: mean(one => one.psnrDb),
  }
}

async function pixelsOf({ bytes }: Painting): Promise<Uint8Array> {
  return sharp(bytes).removeAlpha().raw().toBuffer()
}

/** Kept embeddings, and previews at every step against none. */
export async function measureExtras(
  subject: Subject,
  options: SubjectOptions,
  rounds: number,
): Promise<Section> {
  let asked = 0
  const order = subject.order()
  const newPrompt = () => {
    asked += 1
    return subject.paint({ ...order, prompt: { ...order.prompt, positive: `a red circle ${asked}` } })
  }
  // A clock that stands still shows no preview; one that leaps shows one at every step.
  const none = await openSubject({ ...options, clockMs: () => 0 })
  let leapsMs = 0
  const every = await openSubject({
    ...options,
    clockMs: () => {
      leapsMs += 1000
      return leapsMs
    },
  })
  const [kept = [], encoded = [], quiet = [], shown = []] = await interleaved(
    [() => subject.paint(order), newPrompt, () => none.paint(order), () => every.paint(order)],
    2 * rounds,
  )
  await none.close()
  await every.close()
  const [keptText, encodedText] = [kept, encoded].map(all => timesOf(all.map(one => one.timings.text ?? 0)))
  const [quietMs, shownMs] = [quiet, shown].map(all => timesOf(all.map(one => one.totalMs)).leastMs)
  const previews = shown[0]?.previews ?? 0
  const perPreviewMs = ((shownMs ?? 0) - (quietMs ?? 0)) / Math.max(previews, 1)
  const textShare = (encodedText?.leastMs ?? 0) / timesOf(encoded.map(one => one.totalMs)).leastMs
  return {
    name: 'extras',
    title: 'Embeddings kept, previews shown',
    columns: ['', 'least'],
    rows: [
      ['prompt encoded', duration(encodedText?.leastMs ?? 0)],
      ['prompt kept from before', duration(keptText?.leastMs ?? 0)],
      ['picture, no preview', duration(quietMs ?? 0)],
      [`picture, ${previews} previews`, duration(shownMs ?? 0)],
      ['one preview', duration(Math.max(perPreviewMs, 0))],
    ],
    notes: [
      `Encoding a new prompt is ${percent(textShare)} of a picture; a kept one saves nearly all of it.`,
      'A worker shows a preview every 150 ms at most: its cost is one of these in that time.',
    ],
    figures: {
      encodeMs: encodedText?.leastMs ?? Number.NaN,
      keptMs: keptText?.leastMs ?? Number.NaN,
      perPreviewMs,
    },
  }
}
