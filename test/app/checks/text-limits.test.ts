import { expect, test } from 'vitest'
import { commandTooLong, maxCounted } from '../../../src/app/checks/text-limits.ts'
import { en, problemSentence } from '../../../src/words/en.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'

const lengthOf = (text: string) => commandTooLong(text)?.details

test.each(['a', '猫', '🎨'])('the length of a text that is too long is told as it is, in %s', character => {
  expect(lengthOf(character.repeat(50_000))).toBeUndefined()
  expect(lengthOf(character.repeat(50_001))).toMatchObject({ length: 50_001 })
  expect(lengthOf(character.repeat(maxCounted))).toMatchObject({ length: maxCounted })
})

test('a text that is longer than is counted has more than that', () => {
  const problem = commandTooLong('🎨'.repeat(maxCounted + 1))
  if (!problem) throw new Error('the text was accepted')
  expect(problemSentence(en, problem)).toBe(
    'The command has more than 100000 characters; at most 50000 are allowed.',
  )
  expect(problemSentence(zhCn, problem)).toBe('这条命令超过 100000 个字符，最多 50000 个。')
})
