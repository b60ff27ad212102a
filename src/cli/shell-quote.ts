/** Quotes words for a POSIX shell. */
import { hasControls } from '../common/visible-controls.ts'

/**
 * Single quotes if the word contains shell syntax; printf if it contains control characters. Command substitution removes
 * trailing line breaks, so a word that ends with one loses it.
 */
export function shellQuote(word: string): string {
  if (hasControls(word)) return `"$(printf -- ${inQuotes(printfFormat(word))})"`
  return /^[\w./:=@%+-]+$/.test(word) ? word : inQuotes(word)
}

function inQuotes(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

function printfFormat(word: string): string {
  return [...word]
    .map(character => {
      if (character === '%') return '%%'
      if (character === '\\') return '\\\\'
      return hasControls(character) ? octal(character) : character
    })
    .join('')
}

/** The UTF-8 bytes of a text, each as `\033`. */
function octal(character: string): string {
  return [...Buffer.from(character)].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}
