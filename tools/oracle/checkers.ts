/** Every checker, in the order in which its lines are printed: what later ones build on comes first. */
import type { Checker } from './case.ts'
import { rng } from './rng.ts'
import { expertSplit, imageToImageStart } from './schedule-spans.ts'
import { schedulers } from './schedulers.ts'
import { tokens } from './tokens.ts'

export const checkers: readonly Checker[] = [rng, tokens, schedulers, imageToImageStart, expertSplit]
