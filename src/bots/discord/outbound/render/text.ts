/** Escapes user text for Discord: no markup, no mentions, no links, no unbalanced direction marks. Pure. */
import { withoutControls } from '../../../../common/visible-controls.ts'
import { inUtc, withMoments } from '../../../../words/moment.ts'
import { shorten } from '../../../messages/job-message.ts'

/** The maximum of combining marks on one letter. No script needs more, and more would cover other lines. */
const maxMarks = 8

const excessMarks = new RegExp(`(\\p{M}{${maxMarks}})\\p{M}+`, 'gu')
/** The special characters of Discord's markdown, mentions, emoji codes, timestamps and links. */
const special = /[\\`*_~|<>[\]()#@:]/g
/** Quotes, lists and subtext at the start of a line. */
const lineStart = /^([^\S\n]*\d*)([-+]|(?<=\d)\.)/gm

/** The text without characters that affect other lines. */
export function sanitize(text: string): string {
  return withoutControls(text).replace(excessMarks, '$1')
}

export function escapeMarkdown(text: string): string {
  return text.replace(special, '\\$&').replace(lineStart, '$1\\$2')
}

/** The date and time in each reader's time zone, with the relative time (reference, Message Formatting). */
function timestamp(atMs: number): string {
  const seconds = Math.floor(atMs / 1000)
  return `<t:${seconds}:f> (<t:${seconds}:R>)`
}

/** Sanitized and escaped text of at most `limit` UTF-16 units. */
export function safeText(text: string, limit: number): string {
  const whole = sanitize(text)
  let length = limit
  for (;;) {
    const safe = withMoments(escapeMarkdown(shorten(whole, length)), timestamp)
    if (safe.length <= limit) return safe
    length = Math.min(length - 1, Math.floor((length * limit) / safe.length))
  }
}

/** Sanitized text of at most `limit` units, for places without markup: alternative texts. */
export function plainText(text: string, limit: number): string {
  let plain = shorten(sanitize(inUtc(text)), limit)
  // A character has one or two code units, so at least half of the excess must go.
  while (plain.length > limit) {
    plain = shorten(plain, [...plain].length - Math.ceil((plain.length - limit) / 2))
  }
  return plain
}

/** One line for a list, such as a thread's name. Empty if nothing visible is left. */
export function oneLine(text: string, limit: number): string {
  const visible = sanitize(text).replace(/(?!\u200d)\p{Cf}/gu, '')
  return plainText(visible.replace(/\s+/g, ' ').trim(), limit)
}
