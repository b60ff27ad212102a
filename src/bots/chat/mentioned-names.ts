/** Names in the place of ids: a prompt that mentions somebody says who that is, as its author saw it. */

/** More are left as they are: each takes a look at the platform. */
const mostLookups = 10

/** What has a meaning in a prompt or in a platform's markup: a name must not weigh, expand or begin a flag. */
const special = /[{}()[\]<>|&:_\\]|--+/g

/**
 * `mention` is global, with the id as its first group and perhaps a name as its second. `nameOf` is asked where there is
 * none; whoever it does not know stays an id.
 */
export async function withNames(
  text: string,
  mention: RegExp,
  nameOf: (id: string) => Promise<string | undefined>,
): Promise<string> {
  const names = new Map<string, string | undefined>()
  for (const [, id = '', given] of text.matchAll(mention))
    if (names.get(id) === undefined && names.size < mostLookups) names.set(id, given ?? (await nameOf(id)))
  return text.replaceAll(mention, (whole, id: string) => {
    const name = names.get(id)?.replace(special, ' ').replace(/\s+/g, ' ').trim()
    return name ? `@${name}` : whole
  })
}
