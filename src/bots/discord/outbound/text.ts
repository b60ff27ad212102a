/** What people wrote → text that Discord shows as it is: no markup, no mention, no link, nothing that runs away. Pure. */
import { withoutControls } from '../../../visible-controls.ts'
import { shortened } from '../../messages/job-message.ts'

/** Above this, marks piled on one letter only cover the lines around it; no script needs so many. */
const mostMarks = 8

const piledMarks = new RegExp(`(\\p{M}{${mostMarks}})\\p{M}+`, 'gu')
/** Everything that Discord's markdown, mentions, emoji codes, timestamps and links are made of. */
const special = /[\\`*_~|<>[\]()#@:]/g
/** Quotes, lists and small print begin a line. */
const lineStart = /^([^\S\n]*\d*)([-+]|(?<=\d)\.)/gm

/** The text without what would harm the lines around it. */
export function tamed(text: string): string {
  return withoutControls(text.replace(/\r\n?/g, '\n')).replace(piledMarks, '$1')
}

export function escaped(text: string): string {
  return text.replace(special, '\\$&').replace(lineStart, '$1\\$2')
}

/** Tamed and escaped, cut so that no more than `limit` UTF-16 units come of it. */
export function safeText(text: string, limit: number): string {
  const whole = tamed(text)
  let length = limit
  for (;;) {
    const safe = escaped(shortened(whole, length))
    if (safe.length <= limit) return safe
    length = Math.min(length - 1, Math.floor((length * limit) / safe.length))
  }
}

/** Tamed and cut, for places that know no markup: alternative texts. */
export function plainText(text: string, limit: number): string {
  let plain = shortened(tamed(text), limit)
  // A character has one or two code units: half of the excess is the least that must go.
  while (plain.length > limit) {
    plain = shortened(plain, [...plain].length - Math.ceil((plain.length - limit) / 2))
  }
  return plain
}

/** One line that can be read in a list: a thread's name. Empty where nothing visible is left. */
export function oneLine(text: string, limit: number): string {
  const visible = tamed(text).replace(/(?!\u200d)\p{Cf}/gu, '')
  return plainText(visible.replace(/\s+/g, ' ').trim(), limit)
}
