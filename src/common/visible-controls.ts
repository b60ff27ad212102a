/** Makes untrusted texts safe to display: control characters and misleading marks are escaped or removed. */

/** Line and paragraph separators, and the marks that change the direction of the text around them: they mislead a reader. */
const misleading = '\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069'
/** The misleading marks, and C0, DEL and C1 (8-bit ANSI), which control a terminal. */
const controls = new RegExp(`[\\p{Cc}${misleading}]`, 'u')
const everyControl = new RegExp(controls, 'gu')

/** Whether the text contains control characters. */
export function hasControls(text: string): boolean {
  return controls.test(text)
}

/** The text in one line without control characters, escaped as in JSON: `\n`, or `\u001b` if there is no short form. */
export function withVisibleControls(text: string): string {
  return text.replace(everyControl, character =>
    character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** All controls and misleading marks, except line breaks and tabs. */
const controlsExceptBreaks = new RegExp(`(?![\\n\\t])\\p{Cc}|[${misleading}]`, 'gu')

/** The text for display in several lines, each of which ends with `\n`. */
export function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controlsExceptBreaks, '')
}
