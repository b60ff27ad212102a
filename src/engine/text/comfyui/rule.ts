/** The prompt rule of ComfyUI. */
import { foreignRemarks } from '../foreign-marks.ts'
import { commonMarks, type PromptRule } from '../prompt-rule.ts'
import { weighFromEmpty } from '../weigh-from-empty.ts'
import { cutPieces } from './chunks.ts'
import { parseComfyWeights } from './weights.ts'

export const comfyuiRule: PromptRule = {
  withoutNetworks: text => ({ text, networks: [] }),
  schedule: (text, steps) => [{ lastStep: steps, text }],
  chunks: (text, tokenise) => cutPieces(parseComfyWeights(text).segments, tokenise),
  weigh: weighFromEmpty,
  plainTokens: true,
  embeddingNames: 'prefixed',
  remarks: prompt => [
    ...parseComfyWeights(prompt).remarks,
    ...foreignRemarks(prompt, [
      'and',
      'double-colon',
      'flag',
      'decimal-comma',
      'break',
      'schedule',
      'network',
      ...commonMarks,
    ]),
  ],
}
