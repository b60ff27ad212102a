/** Words for a POSIX shell to read as they are. */

/** In single quotes wherever the shell might see something of its own. */
export function shellQuote(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
