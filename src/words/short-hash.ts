/** Shortens hashes for sentences, in every language. */

/** The part of a hash that people compare: its beginning, and the form of the weights that it has in its end. */
export function shortHash(hash: string): string {
  const [sha256 = '', ...form] = hash.split('-')
  return [sha256.slice(0, 10), ...form].join('-')
}
