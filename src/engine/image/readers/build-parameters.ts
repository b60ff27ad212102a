/** The one record of parameters that every reader fills, from values that may be absent. */
import type { PictureParameters } from '../parameters/parameters.ts'

type Known = Partial<Omit<PictureParameters, 'extra'>>

export interface LoraUse {
  readonly name: string
  readonly weight?: number
}

/** More pixels on a side than any picture has. */
const longestSidePx = 1_000_000

/** `extra`: fields under A1111's names where it has one; absent ones are left out. */
export function parametersFrom(
  { widthPx, heightPx, ...known }: Known,
  extra: Readonly<Record<string, string | number | undefined>>,
  loras: readonly LoraUse[] = [],
): PictureParameters {
  const entries = Object.entries({ ...extra, [loraWeights]: formatLoraWeights(loras) })
  return {
    ...known,
    prompt: known.prompt ?? '',
    negative: known.negative ?? '',
    ...(isSide(widthPx) && isSide(heightPx) ? { widthPx, heightPx } : {}),
    extra: new Map(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))),
  }
}

function isSide(length: number | undefined): length is number {
  return length !== undefined && Number.isInteger(length) && length > 0 && length < longestSidePx
}

/** Fooocus' name in its version of A1111's text for LoRAs that the prompt does not name. */
const loraWeights = 'Lora weights'

/** `add-detail: 0.8, pixel: 1`; undefined where there are none. */
function formatLoraWeights(loras: readonly LoraUse[]): string | undefined {
  if (loras.length === 0) return undefined
  return loras.map(({ name, weight = 1 }) => `${name}: ${weight}`).join(', ')
}

/** What stands in that field, as far as it is understood. */
export function parseLoraWeights(extra: PictureParameters['extra']): LoraUse[] {
  return (extra.get(loraWeights) ?? '').split(', ').flatMap(entry => {
    const colon = entry.lastIndexOf(': ')
    const weight = Number(entry.slice(colon + 2))
    return colon > 0 && Number.isFinite(weight) ? [{ name: entry.slice(0, colon), weight }] : []
  })
}
