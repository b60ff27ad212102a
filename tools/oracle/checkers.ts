/**
 * Every checker, of both parts, in the order in which its lines are printed: what later ones build on comes first. A checker
 * lists nothing where the folder lacks its group.
 */
import type { Checker } from './case.ts'
import { endToEnd } from './end-to-end/e2e.ts'
import { sizes } from './end-to-end/sizes.ts'
import { checkpoints } from './networks/checkpoints.ts'
import { controlNets } from './networks/controlnets.ts'
import { textualInversion } from './networks/embeddings.ts'
import { ipAdapters } from './networks/ip-adapters.ts'
import { loraFiles } from './networks/loras.ts'
import { otherLayouts } from './networks/other-layouts.ts'
import { parts } from './networks/parts.ts'
import { textEncoders } from './networks/text-encoders.ts'
import { vaeTiles } from './networks/vae-tiles.ts'
import { edmFolder } from './sampling/edm.ts'
import { kDiffusionSamplers, uiSchedules } from './sampling/k-diffusion.ts'
import { rng } from './sampling/rng.ts'
import { expertSplit, imageToImageStart } from './sampling/schedule-spans.ts'
import { schedulers } from './sampling/schedulers.ts'
import { promptRuleCases } from './text/prompt-rules.ts'
import { promptEmbeddings, weightedPrompts } from './text/prompts.ts'
import { tokens } from './text/tokens.ts'

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
