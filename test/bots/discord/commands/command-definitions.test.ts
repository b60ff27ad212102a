/** What Discord is told of the commands keeps its limits, in both languages, and says what people need. */
import { ApplicationCommandOptionType, ApplicationCommandType } from 'discord.js'
import { describe, expect, it } from 'vitest'
import { commandNames, typedNameOf } from '../../../../src/bots/commands/commands.ts'
import {
  commandDefinitions,
  commandNamed,
  shortcutNamed,
} from '../../../../src/bots/discord/commands/command-definitions.ts'
import { loadConfig } from '../../../../src/config/config.ts'
import { packageRoot } from '../../../../src/system/paths.ts'
import { en } from '../../../../src/words/en.ts'
import { zhCn } from '../../../../src/words/zh-cn/index.ts'
import { checked } from '../../../fakes/discord/limits/check.ts'
import { commandList } from '../../../fakes/discord/limits/commands.ts'

const config = loadConfig(packageRoot, packageRoot)
const definitions = commandDefinitions(config)

function optionsOf(name: string): { name: string; type: number }[] {
  const found = definitions.find(each => each.name === name)
  return found !== undefined && 'options' in found ? (found.options ?? []) : []
}

describe('the commands', () => {
  it('keep every limit of Discord', () => {
    expect(checked(commandList, definitions)).toHaveLength(definitions.length)
  })

  it('are all of the product’s, with the shortcuts, in English and in Chinese', () => {
    const names = definitions.map(each => each.name)
    expect(names).toEqual([
      ...commandNames.map(name => typedNameOf(name).split(' ')[0]),
      ...['Use as source', 'Image info'],
    ])
    for (const each of definitions) expect(each.name_localizations?.['zh-CN']).toMatch(/\p{sc=Han}/u)
    const chinese = definitions.map(each => each.name_localizations?.['zh-CN'])
    expect(new Set(chinese).size).toBe(chinese.length)
  })

  it('are found again by the names that they are registered with', () => {
    for (const each of definitions) {
      const isShortcut = each.type === ApplicationCommandType.Message
      const subcommand = optionsOf(each.name).find(
        ({ type }) => type === ApplicationCommandOptionType.Subcommand,
      )
      const found = isShortcut ? shortcutNamed(each.name) : commandNamed(each.name, subcommand?.name ?? null)
      expect(found, each.name).toBeDefined()
    }
    expect(commandNamed('paint', null)).toBeUndefined()
    expect(commandNamed('forget', null)).toBeUndefined()
    expect(shortcutNamed('Paint')).toBeUndefined()
  })

  it('offer themselves in servers, direct messages and groups; figures only to those who manage a server', () => {
    for (const each of definitions.filter(({ name }) => name !== 'stats')) {
      expect(each.contexts).toEqual([0, 1, 2])
      expect(each.integration_types).toEqual([0, 1])
      expect(each.default_member_permissions).toBeUndefined()
    }
    expect(definitions.find(({ name }) => name === 'stats')).toMatchObject({
      contexts: [0, 1],
      integration_types: [0],
      default_member_permissions: String(1 << 5),
    })
  })

  it('ask for each option of /imagine by its type, with names of its own in either language', () => {
    const asked = Object.fromEntries(optionsOf('imagine').map(({ name, type }) => [name, type]))
    const { String: text, Integer, Number: number, Boolean: yesNo, Attachment } = ApplicationCommandOptionType
    expect(asked).toEqual({
      prompt: text,
      negative: text,
      aspect: text,
      size: text,
      count: Integer,
      model: text,
      lora: text,
      style: text,
      picture: text,
      strength: number,
      refine: text,
      control: text,
      image_prompt: text,
      seed: Integer,
      steps: Integer,
      guidance: number,
      sampler: text,
      preset: text,
      fast: yesNo,
      repeat: Integer,
      source: Attachment,
      mask: Attachment,
      control_picture: Attachment,
      prompt_picture: Attachment,
    })
    const names = Object.values(en.discord.options)
    expect(new Set(Object.keys(asked))).toEqual(new Set(names))
    expect(new Set(Object.values(zhCn.discord.options)).size).toBe(names.length)
  })

  it('hold people to the bounds of the table', () => {
    expect(optionsOf('stats')).toMatchObject([
      { name: 'days', type: ApplicationCommandOptionType.Integer, min_value: 1, max_value: 366 },
    ])
    expect(optionsOf('show')).toMatchObject([{ name: 'id', required: true }])
    expect(optionsOf('forget')).toMatchObject([{ name: 'me' }])
  })

  it('hold people to the limits of the configuration', () => {
    const narrow = commandDefinitions({ limits: { ...config.limits, maxCount: 2, maxSteps: 30 } })
    const [imagine] = narrow
    const options = imagine !== undefined && 'options' in imagine ? imagine.options : []
    expect(options?.find(({ name }) => name === 'count')).toMatchObject({ min_value: 1, max_value: 2 })
    expect(options?.find(({ name }) => name === 'steps')).toMatchObject({ min_value: 1, max_value: 30 })
  })
})
