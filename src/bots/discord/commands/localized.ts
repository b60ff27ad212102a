/** Names and descriptions in every language that both Discord and Easel support. */
import { en, type Words } from '../../../words/en.ts'
import { languages } from '../../../words/locale.ts'

/** The languages except English, by Discord's names, which are BCP 47 tags. */
const others = Object.entries(languages).filter(([, words]) => words !== en)

type TextOf = (words: Words) => string

export function localize(name: TextOf): { name: string; name_localizations: Record<string, string> }
export function localize(
  name: TextOf,
  description: TextOf,
): {
  name: string
  name_localizations: Record<string, string>
  description: string
  description_localizations: Record<string, string>
}
export function localize(name: TextOf, description?: TextOf) {
  return {
    name: name(en),
    name_localizations: inOthers(name),
    ...(description && { description: description(en), description_localizations: inOthers(description) }),
  }
}

function inOthers(textOf: TextOf): Record<string, string> {
  return Object.fromEntries(others.map(([language, words]) => [language, textOf(words)]))
}
