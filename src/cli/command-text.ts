/** Joins the arguments of a shell to one text in the chat's grammar. */

/**
 * Words up to the first flag are the prompt as it would be typed in the chat, so that a whole copied command may stand
 * in one pair of quotes. After it, a word that is no flag is a value as it is, whatever is in it. What stands after `--`
 * is prompt too, wherever that is.
 */
export function commandText(words: readonly string[]): string {
  const end = words.indexOf('--')
  const [before, after] = end < 0 ? [words, []] : [words.slice(0, end), words.slice(end + 1)]
  const firstFlag = before.findIndex(isFlag)
  const prompt = firstFlag < 0 ? before : before.slice(0, firstFlag)
  const flags = firstFlag < 0 ? [] : before.slice(firstFlag)
  return [...prompt, ...after, ...flags.map(word => (isFlag(word) ? word : asValue(word)))].join(' ')
}

function isFlag(word: string): boolean {
  return /^--[a-z]/i.test(word)
}

/** In the grammar's quotes where something in it would be read as grammar. */
function asValue(word: string): string {
  const plain = word !== '' && word.trim() === word && !/["“”]|(?:^|\s)(?:--|[–—―])/.test(word)
  return plain ? word : `"${word.replace(/["\\]/g, '\\$&')}"`
}
