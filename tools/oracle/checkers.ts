/**
 * Every checker, of both parts, in the order in which its lines are printed: what later ones build on comes first. A checker
 * lists nothing where the folder lacks its group.
 */
import type { Checker } from './case.ts'
import { checkpoints } from './checkpoints.ts'
import { controlNets } from './controlnets.ts'
import { endToEnd } from './e2e.ts'
import { edmFolder } from './edm.ts'
import { textualInversion } from './embeddings.ts'
import { ipAdapters } from './ip-adapters.ts'
import { kDiffusionSamplers, uiSchedules } from './k-diffusion.ts'
import { loraFiles } from './loras.ts'
import { otherLayouts } from './other-layouts.ts'
import { parts } from './parts.ts'
import { promptRuleCases } from './prompt-rules.ts'
import { promptEmbeddings, weightedPrompts } from './prompts.ts'
import { rng } from './rng.ts'
import { expertSplit, imageToImageStart } from './schedule-spans.ts'
import { schedulers } from './schedulers.ts'
import { sizes } from './sizes.ts'
import { textEncoders } from './text-encoders.ts'
import { tokens } from './tokens.ts'
import { vaeTiles } from './vae-tiles.ts'

export const checkers: readonly Checker[] = [
  rng,
  tokens,
  textEncoders,
  promptEmbeddings,
  weightedPrompts,
  promptRuleCases,
  textualInversion,
  schedulers,
  imageToImageStart,
  expertSplit,
  uiSchedules,
  kDiffusionSamplers,
  parts,
  vaeTiles,
  endToEnd,
  otherLayouts,
  loraFiles,
  checkpoints,
  edmFolder,
  sizes,
  controlNets,
  ipAdapters,
]
