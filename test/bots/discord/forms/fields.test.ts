/** A text that is longer than Discord's field is cut, and the form says so. */
import { expect, it } from 'vitest'
import { paintFields } from '../../../../src/bots/chat/paint-form.ts'
import { modal } from '../../../../src/bots/discord/forms/fields.ts'
import { en } from '../../../../src/words/en.ts'

const choices = { models: [], loras: [], styles: [], controlNets: [], ipAdapters: [], maxCount: 4 }
const hintOf = (prompt: string) => {
  const fields = paintFields({ kind: 'remix', prompt }, choices, en)
  const [field] = modal({ customId: 'c', title: 't' }, fields, ['prompt']).components
  return field && 'description' in field ? field.description : undefined
}

it('says so beside the field', () => {
  expect(hintOf('x'.repeat(4000))).toBe(en.chat.form.promptHint)
  expect(hintOf('x'.repeat(4001))).toBe(en.chat.form.promptCut)
  expect(hintOf('🐈'.repeat(3000))).toBe(en.chat.form.promptCut)
})
