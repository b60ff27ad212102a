/** Parses amounts of memory as people write them. */

const units = { MB: 1e6, GB: 1e9, MiB: 2 ** 20, GiB: 2 ** 30 } as const
const amount = /^(?<count>\d+(?:\.\d+)?) ?(?<unit>MB|GB|MiB|GiB)$/

/** The bytes of an amount such as `12GB` or `8 GiB`; undefined for zero and for any other text. */
export function bytesOf(text: string): number | undefined {
  const { count, unit } = amount.exec(text)?.groups ?? {}
  const factor = Object.entries(units).find(([name]) => name === unit)?.[1]
  if (count === undefined || factor === undefined) return undefined
  return Math.round(Number(count) * factor) || undefined
}
