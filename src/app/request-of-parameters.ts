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
    ...seedOf(p.seed),
    ...(p.steps === undefined ? {} : { steps: p.steps }),
    ...(p.guidance === undefined ? {} : { guidance: p.guidance }),
    ...(sampler === undefined ? {} : { sampler }),
    ...(model === undefined ? {} : { model }),
  }
}

/** Other programs have seeds beyond those that can be asked for here: chance takes their place. */
function seedOf(seed: bigint | undefined): Pick<ImagineRequest, 'seed'> {
  const { min, max } = bounds.seed
  return seed !== undefined && seed >= min && seed <= max ? { seed: Number(seed) } : {}
}
