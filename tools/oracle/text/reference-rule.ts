/** The prompt rule of the reference: plain text, cut after 75 tokens. Golden numbers are computed with it. */
import type { PromptRule } from '../../../src/engine/text/prompt-rule.ts'
import { cutEvenly } from '../../../src/engine/text/token-rows.ts'

export const referenceRule: PromptRule = {
  withoutNetworks: text => ({ text, networks: [] }),
  schedule: (text, steps) => [{ lastStep: steps, text }],
  chunks: (text, tokenise) => cutEvenly([{ text, weight: 1 }], tokenise).slice(0, 1),
  weigh: async ({ hidden }) => hidden,
  plainTokens: false,
  embeddingNames: 'none',
  remarks: () => [],
}
