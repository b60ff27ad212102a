/** Reads how a picture that is not in the database was made. */

import { maxPromptCharacters } from '../../common/bounds.ts'
import type { PictureParameters } from '../../engine/image/parameters/parameters.ts'
import { readFullProvenance } from '../../engine/image/parameters/read-parameters.ts'
import { templateFor } from '../../engine/text/expand-prompt.ts'
import { requestOfParameters } from '../derive/request-of-parameters.ts'
import type { ImagineRequest } from '../requests.ts'
import type { Catalogue } from './catalogue.ts'

export type { PictureParameters }

export type ForeignPicture =
  | {
      kind: 'parameters'
      /** The name of the program. */
      program: string
      parameters: PictureParameters
      /** The nearest command, ready to be typed. */
      request: ImagineRequest
    }
  /** Texts that look like parameters and have no reader, by the name of their field. */
  | { kind: 'unknown-format'; keywords: readonly string[] }
  | { kind: 'nothing' }

const pxPerLatent = 8
/** The maximum number of fields. Programs write about twenty. */
const maxExtraFields = 50

/**
 * Reads the file's texts, and decodes pixels if the texts contain nothing. Never throws. Easel's own parameters are ignored:
 * the database describes Easel's pictures, to people who may see them.
 */
export async function readForeignPicture(bytes: Uint8Array, catalogue: Catalogue): Promise<ForeignPicture> {
  const provenance = await readFullProvenance(bytes)
  if (provenance?.program === 'Easel') return { kind: 'nothing' }
  if (provenance?.parameters && provenance.program !== undefined) {
    const { program } = provenance
    const parameters = shortenTexts(provenance.parameters)
    const request = requestOfParameters(parameters, catalogue, program)
    return {
      kind: 'parameters',
      program,
      parameters,
      request: { ...request, ...sizeOf(parameters), prompt: templateFor(request.prompt) },
    }
  }
  const keywords = provenance?.unread ?? []
  return keywords.length > 0 ? { kind: 'unknown-format', keywords } : { kind: 'nothing' }
}

/** Truncates the texts to the maximum of a request, because the work on a prompt grows faster than its length. */
function shortenTexts(parameters: PictureParameters): PictureParameters {
  const short = (text: string) => text.slice(0, maxPromptCharacters)
  const extra = [...parameters.extra].slice(0, maxExtraFields)
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

/** The nearest size that can be painted: sides are multiples of the VAE's pixels per latent. */
function sizeOf({ widthPx = 0, heightPx = 0 }: PictureParameters): Pick<ImagineRequest, 'size'> {
  const isPaintable = [widthPx, heightPx].every(side => side > 0 && side % pxPerLatent === 0)
  return isPaintable ? { size: { widthPx, heightPx } } : {}
}
