/**
 * Easel's first prompt rule: A1111's brackets, chunks of exactly 75 tokens, and ComfyUI's weighting. Orders without a rule
 * were made with it, so they keep painting the same pictures.
 */
import { foreignRemarks } from '../foreign-marks.ts'
import type { PromptRule } from '../prompt-rule.ts'
import { cutEvenly } from '../token-rows.ts'
import { weighFromEmpty } from '../weigh-from-empty.ts'
import { parsePromptWeights } from './weights.ts'

export const easelRule: PromptRule = {
  withoutNetworks: text => ({ text, networks: [] }),
  schedule: (text, steps) => [{ lastStep: steps, text }],
  chunks: (text, tokenise) => cutEvenly(parsePromptWeights(text).segments, tokenise),
  weigh: weighFromEmpty,
  plainTokens: false,
  embeddingNames: 'none',
  remarks: prompt => [
    ...parsePromptWeights(prompt).remarks,
    ...foreignRemarks(prompt, ['decimal-comma', 'link', 'settings-text']),
  ],
}
