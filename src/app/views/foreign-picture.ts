/** What a picture that is not in the database says of how it was made. */

import { longestPromptCharacters } from '../../common/bounds.ts'
import type { PictureParameters } from '../../engine/image/parameters/parameters.ts'
import { readWholeMakingOf } from '../../engine/image/parameters/read-parameters.ts'
import { templateFor } from '../../engine/text/expand-prompt.ts'
import type { ImagineRequest } from '../requests.ts'
import { requestOfParameters } from '../resolve/request-of-parameters.ts'
import type { Catalogue } from './catalogue.ts'

export type { PictureParameters }

export type ForeignPicture =
  | {
      kind: 'parameters'
      /** The program's own name. */
      program: string
      parameters: PictureParameters
      /** What comes nearest here, ready to be typed. */
      request: ImagineRequest
    }
  /** Texts that look like parameters and that nobody here can read, by the names of their places. */
  | { kind: 'unknown-format'; keywords: readonly string[] }
  | { kind: 'nothing' }

const pxPerLatent = 8
/** Programs write about twenty. */
const mostExtraFields = 50

/**
 * Reads the file's texts, and decodes pixels where those say nothing. Never throws. Nothing of what Easel itself wrote: our records tell of our pictures, to
 * those who may see them.
 */
export async function readForeignPicture(bytes: Uint8Array, catalogue: Catalogue): Promise<ForeignPicture> {
  const making = await readWholeMakingOf(bytes)
  if (making?.program === 'Easel') return { kind: 'nothing' }
  if (making?.parameters && making.program !== undefined) {
    const { program } = making
    const parameters = shortened(making.parameters)
    const request = requestOfParameters(parameters, catalogue, program)
    return {
      kind: 'parameters',
      program,
      parameters,
      request: { ...request, ...sizeOf(parameters), prompt: templateFor(request.prompt) },
    }
  }
  const keywords = making?.unread ?? []
  return keywords.length > 0 ? { kind: 'unknown-format', keywords } : { kind: 'nothing' }
}

/** Nobody here could ask for more, and the work on a prompt grows faster than its length. */
function shortened(parameters: PictureParameters): PictureParameters {
  const short = (text: string) => text.slice(0, longestPromptCharacters)
  const extra = [...parameters.extra].slice(0, mostExtraFields)
  return {
    ...parameters,
    prompt: short(parameters.prompt),
    negative: short(parameters.negative),
    sampler: parameters.sampler && short(parameters.sampler),
    model: parameters.model && short(parameters.model),
    modelHash: parameters.modelHash && short(parameters.modelHash),
    extra: new Map(extra.map(([key, value]) => [key, short(value)])),
  }
}

/** Where it can be painted: sides are multiples of what the VAE makes one latent of. */
function sizeOf({ widthPx = 0, heightPx = 0 }: PictureParameters): Pick<ImagineRequest, 'size'> {
  const isPaintable = [widthPx, heightPx].every(side => side > 0 && side % pxPerLatent === 0)
  return isPaintable ? { size: { widthPx, heightPx } } : {}
}
