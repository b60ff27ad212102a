/** Resolves the VAE: the model's own, or one of the library by name. */
import type { ModelRecord } from '../../engine/models/record.ts'
import type { ModelReference } from '../../engine/work-order.ts'
import { type Catalogue, findByName, suggestions } from '../views/catalogue.ts'
import type { Findings } from '../views/findings.ts'

/** The VAE that the request names; undefined for the model's own. */
export function resolveVae(
  name: string | undefined,
  model: ModelRecord,
  { files = [] }: Catalogue,
  findings: Findings,
): ModelReference['vae'] {
  if (name === undefined) return undefined
  const vaes = files.filter(({ kind }) => kind === 'vae')
  const found = findByName(vaes, name)
  if (!found) {
    const names = vaes.map(one => one.name)
    findings.refuse('vae-unknown', { name, known: suggestions(names, name) })
    return undefined
  }
  const widths = { found: widthIn(found.vae?.config), expected: widthIn(model.parts.networks.vae.config) }
  if (widths.found !== widths.expected) {
    findings.refuse('vae-unfit', { vae: found.name, model: model.name, ...widths })
  }
  return { name: found.name, hash: found.hash }
}

/** The number of latent channels; SDXL's if the config does not state it. */
function widthIn(config: Readonly<Record<string, unknown>> = {}): number {
  const width = config.latent_channels
  return typeof width === 'number' ? width : 4
}
