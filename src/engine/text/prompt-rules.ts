/** The registry of prompt rules, by name. */
import type { PromptSyntax } from '../../common/choices.ts'
import { a1111Rule } from './a1111/rule.ts'
import { comfyuiRule } from './comfyui/rule.ts'
import { easelRule } from './easel/rule.ts'
import { chunkLength, type PromptRule } from './prompt-rule.ts'

export const promptRules: Readonly<Record<PromptSyntax, PromptRule>> = {
  a1111: a1111Rule,
  comfyui: comfyuiRule,
  easel: easelRule,
}

/** Whether every rule gives the same result for that text: no markup, no exclamation mark, and at most one row. */
export function isReadAlike(text: string): boolean {
  return text.length <= chunkLength && !/[()[\]\\<>|:!]|BREAK/.test(text)
}
