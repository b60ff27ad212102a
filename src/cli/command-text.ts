/** Joins the arguments of a shell to one text in the chat's grammar. */

/**
 * Words before the first flag are the prompt in the chat's grammar, so a whole copied command may be given in one pair of
 * quotes. After the first flag, a word that is not a flag is a literal value. Words after `--` are part of the prompt.
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

/** Quoted if the grammar would otherwise interpret a part of it. */
function asValue(word: string): string {
  const plain = word !== '' && word.trim() === word && !/["“”]|(?:^|\s)(?:--|[–—―])/.test(word)
  return plain ? word : `"${word.replace(/["\\]/g, '\\$&')}"`
}
