/** From words as a shell split them to one text in the grammar of the chat. */

/**
 * Words up to the first flag are the prompt as it would be typed in the chat, so that a whole copied command may stand
 * in one pair of quotes. After it, a word that is no flag is a value as it is, whatever is in it.
 */
export function commandText(words: readonly string[]): string {
  const firstFlag = words.findIndex(isFlag)
  const end = firstFlag < 0 ? words.length : firstFlag
  return [
    ...words.slice(0, end),
    ...words.slice(end).map(word => (isFlag(word) ? word : asValue(word))),
  ].join(' ')
}

function isFlag(word: string): boolean {
  return /^--[a-z]/i.test(word)
}

/** In the grammar's quotes where something in it would be read as grammar. */
function asValue(word: string): string {
  const plain = word !== '' && word.trim() === word && !/["“”]|(?:^|\s)(?:--|[–—―])/.test(word)
  return plain ? word : `"${word.replace(/["\\]/g, '\\$&')}"`
}
