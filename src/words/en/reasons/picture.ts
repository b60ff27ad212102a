/** English: the problems of a person's picture. */
import type { PictureProblem } from '../../../errors/picture-problem.ts'
import { megabytes } from '../../amounts.ts'

/** One sentence, with the numbers. */
export function pictureRefusal(problem: PictureProblem): string {
  return `That picture cannot be used: ${reason(problem)}.`
}

function reason(p: PictureProblem): string {
  switch (p.what) {
    case 'not-a-picture':
      return 'the file is not a picture (PNG, JPEG and WebP are)'
    case 'format':
      return `${p.found} is not among the formats PNG, JPEG and WebP`
    case 'too-many-bytes':
      return `the file has ${megabytes(p.bytes)}, the limit is ${megabytes(p.limitBytes)}`
    case 'too-many-pixels':
      return `${p.widthPx}×${p.heightPx} are ${millions(p.widthPx * p.heightPx)} million pixels, the limit is ${millions(p.limitPixels)} million`
    case 'side':
      return `it is ${p.widthPx}×${p.heightPx}; each side must have ${p.minPx} to ${p.maxPx} pixels`
    case 'animated':
      return 'it is an animation; send a single frame'
    case 'damaged':
      return 'the file is damaged or incomplete'
    case 'metadata':
      return `its embedded text or colour profile is larger than ${megabytes(p.limitBytes)}`
  }
}

const millions = (count: number) => (count / 1_000_000).toFixed(1)
