/** Which words a person gets. */
import { en, type Words } from './en.ts'
import { zhCn } from './zh-cn.ts'

/** The words for a BCP 47 tag such as `en-GB` or `zh-Hans-CN`; English for languages that are not here yet. */
export function wordsFor(locale: string | undefined): Words {
  return locale?.toLowerCase().split(/[-_]/)[0] === 'zh' ? zhCn : en
}
