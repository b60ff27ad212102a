/** Replaces mentions in a prompt, which are ids, by the names that the author saw. */

/** The maximum number of replaced mentions; each takes a request to the platform. */
const maxLookups = 10

/** Characters with a meaning in prompts or in platform markup: a mentioned name must not change weights, expand or begin a flag. */
const special = /[{}()[\]<>|&:_\\]|--+/g

/**
 * `mention`: a global pattern with the id as its first group and an optional name as its second. `nameOf` is called if there is no
 * name. An unknown name remains an id. `sign`: the prefix of the name.
 */
export async function withNames(
  text: string,
  mention: RegExp,
  nameOf: (id: string) => Promise<string | undefined>,
  sign = '@',
): Promise<string> {
  const names = new Map<string, string | undefined>()
  for (const [, id = '', given] of text.matchAll(mention))
    if (names.get(id) === undefined && names.size < maxLookups) names.set(id, given ?? (await nameOf(id)))
  return text.replaceAll(mention, (whole, id: string) => {
    const name = sanitizeName(names.get(id) ?? '')
    return name ? `${sign}${name}` : whole
  })
}

/** A name without the characters that have a meaning in prompts. */
export function sanitizeName(name: string): string {
  return name.replace(special, ' ').replace(/\s+/g, ' ').trim()
}
