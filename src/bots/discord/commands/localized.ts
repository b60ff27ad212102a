/** Names and descriptions in every language that Discord's clients and Easel both know. */
import { en, type Words } from '../../../words/en.ts'
import { languages } from '../../../words/locale.ts'

/** Those beside English, by Discord's names, which are those of BCP 47. */
const others = Object.entries(languages).filter(([, words]) => words !== en)

type Pick = (words: Words) => string

export function localized(name: Pick): { name: string; name_localizations: Record<string, string> }
export function localized(
  name: Pick,
  description: Pick,
): {
  name: string
  name_localizations: Record<string, string>
  description: string
  description_localizations: Record<string, string>
}
export function localized(name: Pick, description?: Pick) {
  return {
    name: name(en),
    name_localizations: inOthers(name),
    ...(description && { description: description(en), description_localizations: inOthers(description) }),
  }
}

function inOthers(pick: Pick): Record<string, string> {
  return Object.fromEntries(others.map(([language, words]) => [language, pick(words)]))
}
