/** English: the problems of a person's picture. */
import type { PictureProblem } from '../../../errors/picture-problem.ts'
import { megabytes } from '../../amounts.ts'
import { type ReasonTable, reasonIn } from '../../reason-table.ts'

/** One sentence, with the numbers. */
export function pictureRefusal(problem: PictureProblem): string {
  return `That picture cannot be used: ${reason(problem)}.`
}

const reasons: ReasonTable<PictureProblem> = {
  'not-a-picture': () => 'the file is not a picture (PNG, JPEG and WebP are)',
  format: p => `${p.found} is not among the formats PNG, JPEG and WebP`,
  'too-many-bytes': p => `the file has ${megabytes(p.bytes)}, the limit is ${megabytes(p.limitBytes)}`,
  'too-many-pixels': p =>
    `${p.widthPx}×${p.heightPx} are ${millions(p.widthPx * p.heightPx)} million pixels, the limit is ${millions(p.limitPixels)} million`,
  side: p => `it is ${p.widthPx}×${p.heightPx}; each side must have ${p.minPx} to ${p.maxPx} pixels`,
  animated: () => 'it is an animation; send a single frame',
  damaged: () => 'the file is damaged or incomplete',
  metadata: p => `its embedded text or colour profile is larger than ${megabytes(p.limitBytes)}`,
}

function reason(p: PictureProblem): string {
  return reasonIn(reasons, p.what, p)
}

const millions = (count: number) => (count / 1_000_000).toFixed(1)
