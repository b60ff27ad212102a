/** Markup of other programs in a prompt. It is painted as text here, and each kind gives a remark. */
import type { ForeignMark, PromptRemark } from './prompt-rule.ts'

/** The pattern of each mark. Matches are short enough for a sentence. */
const patterns: Readonly<Record<ForeignMark, RegExp>> = {
  and: /(?<![\p{L}\p{N}_])AND(?![\p{L}\p{N}_])/u,
  'double-colon': /[^\s:]{1,20}::(?=\s|$|-?[\d.])(?:-?[\d.]{1,8})?/u,
  flag: /(?<=^|\s)--[a-z][a-z-]{0,20}(?:[ =][\w.:-]{1,20})?/iu,
  'decimal-comma': /[([][^()[\]]{1,60}:\s*[+-]?\d{0,4},\d{1,4}\s*[)\]]/u,
  break: /(?<![\p{L}\p{N}_])BREAK(?![\p{L}\p{N}_])/u,
  schedule: /\[[^[\]]{0,80}[:|][^[\]]{0,80}\]/u,
  network: /<\w{1,20}:[^<>]{1,80}>/u,
  unscheduled: /(?<!\\)\[[^[\]()\\]{0,80}(?:\|[^[\]()\\]{0,80}|:\s{0,9}\d[\d.]{0,8}\s{0,9})\]/u,
  regions: /(?<![\p{L}\p{N}_])ADD(?:BASE|COL|ROW|COMM)(?![\p{L}\p{N}_])/u,
  braces: /\{[^{}]{0,80}\}/u,
  'plus-minus': /\([^()]{1,60}\)[+-]{1,5}(?=[\s,.]|$)|\p{L}{2,20}\+{2,5}(?=[\s,.)]|$)/u,
  wildcard: /__[\p{L}\p{N}/-]{0,30}[*?$.@~:][^\s_]{0,40}__/u,
  link: /https?:\/\/[^\s<>|]{1,60}/iu,
  'settings-text': /\bNegative prompt:|\bSteps: \d{1,4},/u,
}

/** The first occurrence of each of those marks. */
export function foreignRemarks(text: string, marks: readonly ForeignMark[]): PromptRemark[] {
  return marks.flatMap((what): PromptRemark[] => {
    const written = patterns[what].exec(text)?.[0]
    return written === undefined ? [] : [{ kind: 'foreign', what, written }]
  })
}
