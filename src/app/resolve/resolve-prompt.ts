/** Resolves the prompts: style, prompt rule, and remarks on the markup. Pure. */

import { bounds } from '../../common/bounds.ts'
import type { PromptSyntax } from '../../common/choices.ts'
import type { Config } from '../../config/config.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import {
  embeddingsIn,
  namedEmbeddings,
  unfitWidths,
  unknownEmbeddings,
} from '../../engine/text/embedding-names.ts'
import { isLora } from '../../engine/text/lora-mentions.ts'
import type { PromptRemark, PromptRule } from '../../engine/text/prompt-rule.ts'
import { promptRules } from '../../engine/text/prompt-rules.ts'
import type { PaintOrder } from '../../engine/work-order.ts'
import { checkTexts } from '../checks/text-limits.ts'
import type { ImagineRequest } from '../requests.ts'
import { type Catalogue, findByName, suggestions } from '../views/catalogue.ts'
import type { Findings } from '../views/findings.ts'
import type { PersonSettings } from '../views/views.ts'

export interface PromptContext {
  catalogue: Catalogue
  config: Pick<Config, 'limits' | 'styles' | 'prompts'>
  settings: PersonSettings
}

export function resolvePrompt(
  request: ImagineRequest,
  { catalogue, config, settings }: PromptContext,
  widths: ModelRecord['textWidths'],
  findings: Findings,
): PaintOrder['prompt'] {
  const typed = request.prompt.trim()
  if (typed === '') findings.refuse('prompt-empty', {})
  const syntax = request.syntax ?? config.prompts
  // Wildcards and saved defaults may have lengthened the text since the request was checked.
  const texts = { ...request, prompt: typed, negative: request.negative ?? settings.negative }
  if (checkTexts(texts, config.limits, findings)) {
    const rule = promptRules[syntax]
    for (const text of [typed, request.prompt2, request.negative]) {
      if (text !== undefined) for (const remark of rule.remarks(text)) noticeOf(remark, findings)
    }
    remarkOnNetworks([typed, request.prompt2 ?? ''], request.negative ?? '', rule, findings)
  }
  const style = styleOf(request, config.styles, findings)
  const clipSkip = request.clipSkip ?? 0
  findings.wholeInRange('clip-skip', clipSkip, bounds.clipSkip)
  const negatives = [request.negative ?? settings.negative, style?.negative || undefined]
  const negative = negatives.filter(text => text !== undefined)
  const prompt = {
    positive: style ? applyStyle(style.prompt, typed) : typed,
    positive2: request.prompt2,
    // An empty negative prompt is encoded; without a negative prompt the embedding is zeros.
    negative: negative.length === 0 ? null : negative.filter(text => text !== '').join(', '),
    clipSkip,
    syntax,
  }
  return { ...prompt, embeddings: embeddingsOf(prompt, catalogue, widths, findings) }
}

/** The embeddings that the prompts name; undefined if they name none. */
function embeddingsOf(
  {
    positive,
    positive2,
    negative,
    syntax,
  }: Pick<PaintOrder['prompt'], 'positive' | 'positive2' | 'negative'> & {
    syntax: PromptSyntax
  },
  { files }: Catalogue,
  widths: ModelRecord['textWidths'],
  findings: Findings,
): PaintOrder['prompt']['embeddings'] {
  const way = promptRules[syntax].embeddingNames
  const texts = [positive, positive2, negative].filter(text => typeof text === 'string')
  const known = namedEmbeddings(
    (files ?? []).flatMap(({ name, hash, embedding }) =>
      embedding ? [{ name, hash, parts: embedding }] : [],
    ),
  )
  for (const text of texts) {
    for (const unknown of unknownEmbeddings(text, known, way)) findings.refuse('embedding-unknown', unknown)
  }
  const used = embeddingsIn(texts, known, way)
  if (used.length === 0) return undefined
  for (const one of used) {
    const [width] = widths ? unfitWidths(one, widths) : []
    const expected = [widths?.first, widths?.second].filter(wide => wide !== undefined)
    if (width !== undefined) findings.refuse('embedding-width', { name: one.name, width, expected })
  }
  return used.map(({ name, parts }) => ({
    name,
    parts: parts.map(({ file, hash, tensor, encoder }) => ({
      file,
      hash,
      tensor,
      ...(encoder && { encoder }),
    })),
  }))
}

/** Reports mentioned networks other than LoRAs, which resolve-loras.ts handles. */
function remarkOnNetworks(
  positives: readonly string[],
  negative: string,
  rule: PromptRule,
  findings: Findings,
): void {
  const inText = (text: string) => rule.withoutNetworks(text).networks
  const unused = [...positives.flatMap(inText).filter(one => !isLora(one)), ...inText(negative)]
  for (const mention of unused) {
    const [name = ''] = mention.args
    if (isLora(mention)) findings.notice('lora-in-negative', { name })
    else findings.notice('network-unused', { type: mention.type, name })
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

function applyStyle(template: string, prompt: string): string {
  return template.includes('{prompt}')
    ? template.replaceAll('{prompt}', () => prompt)
    : `${prompt}, ${template}`
}
