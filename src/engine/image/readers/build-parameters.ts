/** Builds the common record of parameters from a reader's values, any of which may be absent. */
import type { PictureParameters } from '../parameters/parameters.ts'

type KnownParameters = Partial<Omit<PictureParameters, 'extra'>>

export interface LoraUse {
  readonly name: string
  readonly weight?: number
}

/** The maximum side in pixels; no picture has more. */
const longestSidePx = 1_000_000

/** `extra`: other fields, under A1111's name if there is one; absent values are omitted. */
export function parametersFrom(
  { widthPx, heightPx, ...known }: KnownParameters,
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

/** The field of LoRAs outside the prompt in Fooocus' version of A1111's text. */
const loraWeights = 'Lora weights'

/** `add-detail: 0.8, pixel: 1`; undefined if there are none. */
function formatLoraWeights(loras: readonly LoraUse[]): string | undefined {
  if (loras.length === 0) return undefined
  return loras.map(({ name, weight = 1 }) => `${name}: ${weight}`).join(', ')
}

/** Reads that field; entries that cannot be read are omitted. */
export function parseLoraWeights(extra: PictureParameters['extra']): LoraUse[] {
  return (extra.get(loraWeights) ?? '').split(', ').flatMap(entry => {
    const colon = entry.lastIndexOf(': ')
    const weight = Number(entry.slice(colon + 2))
    return colon > 0 && Number.isFinite(weight) ? [{ name: entry.slice(0, colon), weight }] : []
  })
}
