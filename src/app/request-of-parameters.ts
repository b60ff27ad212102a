/** The request that comes nearest to what another program wrote into a picture, as far as it can be followed here. */
import { bounds } from '../bounds.ts'
import type { PictureParameters } from '../engine/image/parameters/parameters.ts'
import { findSampler } from '../engine/sampling/sampler-names.ts'
import { type Catalogue, findByName } from './catalogue.ts'
import type { ImagineRequest } from './requests.ts'

/** Its model and sampler where they are known here; otherwise our own stand in. Sizes are the picture's matter. */
export function requestOfParameters(p: PictureParameters, { models }: Catalogue): ImagineRequest {
  const model = p.model === undefined ? undefined : findByName(models, p.model)?.name
  const sampler = p.sampler !== undefined && findSampler(p.sampler).kind === 'found' ? p.sampler : undefined
  return {
    prompt: p.prompt,
    ...(p.negative === '' ? {} : { negative: p.negative }),
    ...(isOurSeed(p.seed) ? { seed: p.seed } : {}),
    ...(p.steps === undefined ? {} : { steps: p.steps }),
    ...(p.guidance === undefined ? {} : { guidance: p.guidance }),
    ...(sampler === undefined ? {} : { sampler }),
    ...(model === undefined ? {} : { model }),
  }
}

/** Other programs go beyond what a number in JSON holds: such a seed is lost already. */
function isOurSeed(seed: number | undefined): seed is number {
  return seed !== undefined && seed >= bounds.seed.min && seed <= bounds.seed.max
}
