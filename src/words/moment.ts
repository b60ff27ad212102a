/** Marks times in sentences, so that each platform can show them in the reader's time zone. */

// Private use characters, which nobody types and no platform interprets.
const begin = '\ue0f0'
const end = '\ue0f1'
const marked = /\ue0f0(\d{1,15})\ue0f1/g

/** Marks a time, in milliseconds since 1970, in a sentence. */
export function moment(atMs: number): string {
  return `${begin}${Math.round(atMs)}${end}`
}

/** The text with each marked time formatted by `write`. */
export function withMoments(text: string, write: (atMs: number) => string): string {
  return text.replace(marked, (_whole, atMs: string) => write(Number(atMs)))
}

/** The text with each time in UTC, for outputs without the reader's time zone. */
export function inUtc(text: string): string {
  return withMoments(text, utc)
}

/** Formats a time in milliseconds since 1970 as `2026-01-05 12:00 UTC`. */
export function utc(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** Texts and times in order, for a platform with separate elements for them. */
export function partsOf(text: string): ({ kind: 'text'; text: string } | { kind: 'moment'; atMs: number })[] {
  const parts: ReturnType<typeof partsOf> = []
  let from = 0
  for (const match of text.matchAll(marked)) {
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) })
    parts.push({ kind: 'moment', atMs: Number(match[1]) })
    from = match.index + match[0].length
  }
  if (from < text.length || parts.length === 0) parts.push({ kind: 'text', text: text.slice(from) })
  return parts
}
