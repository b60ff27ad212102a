import { expect, it } from 'vitest'
import { readFlagFields, readPromptField } from '../../../src/bots/chat/flag-fields.ts'
import { problemSentences } from '../../../src/bots/messages/job-message.ts'
import { en } from '../../../src/words/en.ts'

it('a wrong value in a field is not answered with advice on where flags are typed', () => {
  const values = { text: (id: string) => (id === 'size' ? 'banana' : undefined) }
  const problems = readFlagFields(values, ['size'], { prompt: '' }).map(({ problem }) => problem)
  expect(problemSentences(problems, en)).toEqual(['--size takes a size such as 1024x768, not “banana”.'])
})

it('nor is one behind the prompt of a form, whose label says where flags go', () => {
  const { problems = [] } = readPromptField('a red circle --size banana')
  expect(problemSentences(problems, en)).toEqual(['--size takes a size such as 1024x768, not “banana”.'])
})
