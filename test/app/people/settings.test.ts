import { describe, expect, it } from 'vitest'
import { settingsProblems } from '../../../src/app/people/settings.ts'
import type { PersonSettings } from '../../../src/app/views/views.ts'
import { problemSentences } from '../../../src/bots/messages/job-message.ts'
import { en } from '../../../src/words/en.ts'

const limits = { maxCount: 4, maxPromptCharacters: 20 }
const refusals = (settings: PersonSettings) =>
  problemSentences(settingsProblems(settings, [{ name: 'demo' }, { name: 'base' }], limits), en)

describe('a person’s own defaults', () => {
  it('may be empty, or any value that this machine supports, with any size', () => {
    expect(refusals({})).toEqual([])
    const size = { widthPx: 7, heightPx: 9 }
    expect(refusals({ model: 'Demo', size, count: 4, negative: 'x'.repeat(20), refine: true })).toEqual([])
  })

  it('are refused with everything that is wrong, and the nearest model', () => {
    expect(refusals({ model: 'dmeo', count: 5 })).toEqual([
      'There is no model “dmeo”. Known: demo.',
      'n is 5, but must be from 1 to 4.',
    ])
    expect(refusals({ negative: 'x'.repeat(21) })).toHaveLength(1)
  })
})
