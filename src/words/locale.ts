/** The languages of Easel, one line each, and the choice of a person's language. */
import { en, type Words } from './en.ts'
import { zhCn } from './zh-cn/index.ts'

/** The texts by BCP 47 tag. English replaces every other language. */
export const languages = { en, 'zh-CN': zhCn } as const satisfies Record<string, Words>
export type Language = keyof typeof languages
export const languageTags: readonly Language[] = Object.keys(languages).filter(isLanguage)

/** The words for a tag such as `en-GB` or `zh-Hans-CN`; English for unsupported languages. */
export function wordsFor(locale: string | undefined): Words {
  const wanted = languageOf(locale ?? '')
  const [, words = en] = Object.entries(languages).find(([tag]) => languageOf(tag) === wanted) ?? []
  return words
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(languages, tag)
}

/** The first part of a tag: `zh` of `zh_CN`. */
function languageOf(tag: string): string | undefined {
  return tag.toLowerCase().split(/[-_]/)[0]
}
