/** Every checker, in the order in which its lines are printed: what later ones build on comes first. */
import type { Checker } from './case.ts'
import { parts } from './parts.ts'
import { rng } from './rng.ts'
import { expertSplit, imageToImageStart } from './schedule-spans.ts'
import { schedulers } from './schedulers.ts'
import { textEncoders } from './text-encoders.ts'
import { tokens } from './tokens.ts'

export const checkers: readonly Checker[] = [
  rng,
  tokens,
  textEncoders,
  parts,
  schedulers,
  imageToImageStart,
  expertSplit,
]
