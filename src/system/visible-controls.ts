/** Texts of strangers without characters that a terminal obeys or that fool a reader: written as escapes, or left out. */

/** C0, DEL and C1 (8-bit ANSI), which control a terminal; line separators and direction marks, which mislead a reader. */
const controls = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u
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

/** Line breaks and tabs are for a reader; all other controls and whatever overrides the direction of text are not. */
const unfitForReaders = /(?![\n\r\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu

/** The text as people should see it where it may have several lines. */
export function withoutControls(text: string): string {
  return text.replace(unfitForReaders, '')
}
