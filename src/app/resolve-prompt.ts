/** What the text encoders get: the prompts with their style, the rule that reads them, and what of them is remarked on. Pure. */
import { bounds } from '../bounds.ts'
import type { Config } from '../config.ts'
import type { PromptRemark, PromptRule } from '../engine/text/prompt-rule.ts'
import { promptRules } from '../engine/text/prompt-rules.ts'
import type { PaintOrder } from '../engine/work-order.ts'
import { findByName, suggestions } from './catalogue.ts'
import type { Findings } from './findings.ts'
import type { ImagineRequest } from './requests.ts'
import { checkTexts } from './text-limits.ts'
import type { PersonSettings } from './views.ts'

export function resolvePrompt(
  request: ImagineRequest,
  settings: PersonSettings,
  config: Pick<Config, 'limits' | 'styles' | 'prompts'>,
  findings: Findings,
): PaintOrder['prompt'] {
  const typed = request.prompt.trim()
  if (typed === '') findings.refuse('prompt-empty', {})
  const syntax = request.syntax ?? config.prompts
  // Wildcards and saved defaults have come in since the request was looked at.
  const texts = { ...request, prompt: typed, negative: request.negative ?? settings.negative }
  if (checkTexts(texts, config.limits, findings)) {
    for (const text of [typed, request.prompt2, request.negative]) {
      if (text !== undefined) remarkOn(text, promptRules[syntax], findings)
    }
  }
  const style = styleOf(request, config.styles, findings)
  const clipSkip = request.clipSkip ?? 0
  findings.wholeInRange('clip-skip', clipSkip, bounds.clipSkip)
  const negatives = [request.negative ?? settings.negative, style?.negative || undefined]
  const negative = negatives.filter(text => text !== undefined)
  return {
    positive: style ? styled(style.prompt, typed) : typed,
    positive2: request.prompt2,
    // A negative prompt that was given and is empty is encoded; none at all is zeros.
    negative: negative.length === 0 ? null : negative.filter(text => text !== '').join(', '),
    clipSkip,
    syntax,
  }
}

function remarkOn(text: string, rule: PromptRule, findings: Findings): void {
  for (const remark of rule.remarks(text)) noticeOf(remark, findings)
  for (const { type, args } of rule.withoutNetworks(text).networks) {
    findings.notice('network-unused', { type, name: args[0] ?? '' })
  }
}

function noticeOf(remark: PromptRemark, findings: Findings): void {
  switch (remark.kind) {
    case 'unclosed':
      findings.notice('bracket-unclosed', { bracket: remark.bracket })
      break
    case 'stray':
      findings.notice('bracket-stray', { bracket: remark.bracket })
      break
    case 'clamped':
      findings.notice('weight-limited', { used: remark.used })
      break
    case 'foreign':
      findings.notice('prompt-foreign', { what: remark.what, written: remark.written })
  }
}

function styleOf(request: ImagineRequest, styles: Config['styles'], findings: Findings) {
  if (request.style === undefined) return undefined
  const style = findByName(styles, request.style)
  const known = styles.map(({ name }) => name)
  if (!style)
    findings.refuse('style-unknown', { name: request.style, known: suggestions(known, request.style) })
  return style
}

function styled(template: string, prompt: string): string {
  return template.includes('{prompt}')
    ? template.replaceAll('{prompt}', () => prompt)
    : `${prompt}, ${template}`
}
