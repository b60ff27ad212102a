/** A text that is longer than Slack's field is cut between characters, and the form says so. */
import { expect, it } from 'vitest'
import { paintFields } from '../../../../src/bots/chat/paint-form.ts'
import { inputBlocks } from '../../../../src/bots/slack/forms/fields.ts'
import { en } from '../../../../src/words/en.ts'

const choices = { models: [], loras: [], styles: [], controlNets: [], ipAdapters: [], maxCount: 4 }
const promptOf = (prompt: string) =>
  JSON.stringify(inputBlocks(paintFields({ kind: 'remix', prompt }, choices, en))[0])

it('a prompt that fits has the usual hint', () => {
  expect(promptOf('x'.repeat(3000))).toContain(en.chat.form.promptHint)
})

it.each(['x'.repeat(3001), `${'x'.repeat(2999)}🐈 and more`, '🐈'.repeat(2000)])(
  'one that does not is cut',
  prompt => {
    const block: unknown = JSON.parse(promptOf(prompt))
    expect(block).toMatchObject({ hint: { text: en.chat.form.promptCut } })
    expect(block).toMatchObject({ element: { initial_value: expect.stringMatching(/^.{1,2999}…$/s) } })
    expect(promptOf(prompt)).not.toMatch(/\\ud83d[^\\]/)
  },
)
