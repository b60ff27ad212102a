import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { imagineCommand } from '../../src/cli/commands/imagine.ts'
import { commandRunner, configuredWords } from '../../src/cli/session.ts'
import { en } from '../../src/words/en.ts'
import { zhCn } from '../../src/words/zh-cn/index.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const configured = (yaml: string) => {
  const file = join(tempFolder(), 'easel.yaml')
  writeFileSync(file, yaml)
  return file
}

test('help speaks the configured language', () => {
  const file = configured('language: zh-CN')
  for (const args of [
    ['imagine', '--config', file],
    ['imagine', `--config=${file}`],
  ]) {
    const words = configuredWords(args)
    expect(words).toBe(zhCn)
    expect(imagineCommand(words, commandRunner(process)).helpInformation()).toContain(
      zhCn.cli.commands.imagine,
    )
  }
})

test.each([[['--help']], [['doctor', '--config']], [['doctor', '--config', '/nowhere/easel.yaml']]])(
  'it speaks English without a configuration, or with one that cannot be read: %j',
  args => {
    expect(configuredWords(args)).toBe(en)
  },
)
