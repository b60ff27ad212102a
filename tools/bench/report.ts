/** What a benchmark found, as tables for people and as numbers for programs. */

export interface Section {
  readonly name: string
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
  /** One sentence each: what to compare with what. */
  readonly notes: readonly string[]
  /** The same figures unrounded, by name. */
  readonly figures: Readonly<Record<string, number>>
}

export function print(section: Section): string {
  const texts = [section.columns, ...section.rows].map(row => row.map(String))
  const widths = section.columns.map((_, i) => Math.max(...texts.map(row => row[i]?.length ?? 0)))
  const lines = texts.map(row =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  '),
  )
  const rule = widths.map(width => '-'.repeat(width)).join('  ')
  return [
    '',
    section.title,
    '',
    ...lines.slice(0, 1),
    rule,
    ...lines.slice(1),
    ...section.notes.map(note => `  ${note}`),
  ].join('\n')
}

/** 7.13 ms, 214 ms, 1.42 s: three significant digits. */
export function duration(ms: number): string {
  return ms < 1000 ? `${digits(ms)} ms` : `${digits(ms / 1000)} s`
}

export function times(factor: number): string {
  return `${factor.toFixed(2)}×`
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
