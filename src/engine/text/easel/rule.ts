/**
 * Prompts as Easel's first rule read them: A1111's brackets, cut after every 75 tokens, with ComfyUI's way to weigh. Orders
 * that name no rule were made with it, and paint what they always painted.
 */
import type { PromptRule } from '../prompt-rule.ts'
import { cutEvenly } from '../token-rows.ts'
import { awayFromEmpty } from '../weigh-from-empty.ts'
import { parsePromptWeights } from './weights.ts'

export const easelRule: PromptRule = {
  withoutNetworks: text => ({ text, networks: [] }),
  schedule: (text, steps) => [{ lastStep: steps, text }],
  chunks: (text, tokenise) => cutEvenly(parsePromptWeights(text).segments, tokenise),
  weigh: awayFromEmpty,
  plainTokens: false,
  embeddingNames: 'none',
  remarks: prompt => [...parsePromptWeights(prompt).remarks],
}
