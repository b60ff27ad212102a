/** Moments in sentences: marked where they stand, so that every platform shows them in the reader's own time. */

// Private use characters: nobody types them, and no platform gives them a meaning.
const begin = '\ue0f0'
const end = '\ue0f1'
const marked = /\ue0f0(\d{1,15})\ue0f1/g

/** In a sentence of words/: a moment in milliseconds since 1970. */
export function moment(atMs: number): string {
  return `${begin}${Math.round(atMs)}${end}`
}

/** The text with each moment written as `write` has it. */
export function withMoments(text: string, write: (atMs: number) => string): string {
  return text.replace(marked, (_whole, atMs: string) => write(Number(atMs)))
}

/** Where nothing shows the reader's own time. */
export function inUtc(text: string): string {
  return withMoments(text, utc)
}

/** `2026-01-05 12:00 UTC`. */
export function utc(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** Text and moments in their order, for a platform that has an element for each. */
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
