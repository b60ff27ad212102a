import { expect, test } from 'vitest'
import { AppError, mustBeLogged } from '../../src/errors/errors.ts'
import { exitReason } from '../../src/errors/worker-end.ts'
import { errorSentence } from '../../src/words/en.ts'
import { wordsFor } from '../../src/words/locale.ts'

test.each([
  ['en', exitReason(3), '(exit code 3)'],
  ['zh-CN', exitReason(3), '（退出码 3）'],
  ['zh-CN', exitReason(-1), '（退出码 -1）'],
  ['zh-CN', 'never-started', '（它还没有启动）'],
  ['zh-CN', 'SIGSEGV', '（SIGSEGV）'],
  ['en', 'RangeError: Array buffer allocation failed', '(it met an error, which has been logged)'],
  ['zh-CN', 'Error: spawn ENOMEM', '（遇到内部错误，已记入日志）'],
])('in %s a worker’s end by %s is told as %s', (language, reason, told) => {
  const fault = new AppError('worker-died', { device: 'cpu', reason })
  expect(errorSentence(wordsFor(language), fault)).toContain(told)
})

test.each([
  ['RangeError: Array buffer allocation failed', true],
  ['SIGSEGV', false],
  [exitReason(1), false],
  ['never-started', false],
])('a worker’s end by %s is for the log: %s', (reason, isLogged) => {
  expect(mustBeLogged(new AppError('worker-died', { device: 'cpu', reason }))).toBe(isLogged)
})
