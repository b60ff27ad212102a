/** The options of /imagine: their Discord types, and their effect on a request. Pure. */

import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOptionChoice,
  ApplicationCommandOptionType,
} from 'discord.js'
import type { ImagineRequest } from '../../../app/requests.ts'
import { pictureUses } from '../../../app/resolve/request-pictures.ts'
import { type Bounds, bounds } from '../../../common/bounds.ts'
import { refinerWays } from '../../../common/choices.ts'
import type { Config } from '../../../config/config.ts'
import { en, type Words } from '../../../words/en.ts'
import { appendFlags, parseCommand, withProblems } from '../../grammar/command-line.ts'
import { type FlagName, overrideFlag } from '../../grammar/flags.ts'
import { localize } from './localized.ts'

export type OptionKey = keyof Words['discord']['options']

/** An option for a flag's value, with the range that Discord's client enforces. */
interface FlagOption {
  key: OptionKey
  flag: FlagName
  inputType: 'text' | 'choice' | 'completed' | 'whole' | 'number' | 'switch'
  range?: (limits: Config['limits']) => { min_value?: number; max_value?: number }
}

/** The options after the prompt, in Discord's order. Rarer flags are typed at the end of the prompt. */
const flagOptions: readonly FlagOption[] = [
  { key: 'negative', flag: 'no', inputType: 'text' },
  { key: 'aspect', flag: 'ar', inputType: 'completed' },
  { key: 'size', flag: 'size', inputType: 'text' },
  { key: 'count', flag: 'n', inputType: 'whole', range: limits => upTo(limits.maxCount) },
  { key: 'model', flag: 'model', inputType: 'completed' },
  { key: 'lora', flag: 'lora', inputType: 'completed' },
  { key: 'style', flag: 'style', inputType: 'completed' },
  { key: 'picture', flag: 'source', inputType: 'completed' },
  { key: 'strength', flag: 'strength', inputType: 'number', range: () => within(bounds.strength) },
  { key: 'refine', flag: 'refine', inputType: 'choice' },
  { key: 'control', flag: 'control', inputType: 'completed' },
  { key: 'imagePrompt', flag: 'image-prompt', inputType: 'completed' },
  { key: 'seed', flag: 'seed', inputType: 'whole', range: () => within(bounds.requestedSeed) },
  { key: 'steps', flag: 'steps', inputType: 'whole', range: limits => upTo(limits.maxSteps) },
  { key: 'guidance', flag: 'cfg', inputType: 'number', range: () => within(bounds.guidance) },
  { key: 'sampler', flag: 'sampler', inputType: 'completed' },
  { key: 'preset', flag: 'preset', inputType: 'text' },
  { key: 'fast', flag: 'fast', inputType: 'switch' },
  { key: 'repeat', flag: 'repeat', inputType: 'whole', range: limits => upTo(limits.maxFanOut) },
]

const types = {
  text: ApplicationCommandOptionType.String,
  choice: ApplicationCommandOptionType.String,
  completed: ApplicationCommandOptionType.String,
  whole: ApplicationCommandOptionType.Integer,
  number: ApplicationCommandOptionType.Number,
  switch: ApplicationCommandOptionType.Boolean,
} as const

/** The registered name of an option; clients in other languages show localised names. */
export function optionName(key: OptionKey): string {
  return en.discord.options[key]
}

function nameOption(key: OptionKey, about: (words: Words) => string) {
  return localize(words => words.discord.options[key], about)
}

export function imagineOptions(limits: Config['limits']): APIApplicationCommandBasicOption[] {
  return [
    {
      ...nameOption('prompt', words => words.discord.about.prompt),
      type: ApplicationCommandOptionType.String,
      required: true,
    },
    ...flagOptions.map(option => definitionOf(option, limits)),
    ...pictureUses.map(
      (key): APIApplicationCommandBasicOption => ({
        ...nameOption(key, words => words.discord.about[key]),
        type: ApplicationCommandOptionType.Attachment,
      }),
    ),
  ]
}

function definitionOf(option: FlagOption, limits: Config['limits']): APIApplicationCommandBasicOption {
  const base = nameOption(option.key, words =>
    option.key === 'picture' ? words.discord.about.picture : words.flags[option.flag],
  )
  const range = option.range?.(limits) ?? {}
  switch (option.inputType) {
    case 'text':
      return { ...base, type: types.text }
    case 'choice':
      return { ...base, type: types.choice, choices: refineChoices }
    case 'completed':
      return { ...base, type: types.completed, autocomplete: true }
    case 'whole':
      return { ...base, type: types.whole, ...range }
    case 'number':
      return { ...base, type: types.number, ...range }
    case 'switch':
      return { ...base, type: types.switch }
  }
}

const refineChoices = (['on', 'off', ...refinerWays] as const).map(
  (value): APIApplicationCommandOptionChoice<string> => ({
    ...localize(words => words.discord.choices[value]),
    value,
  }),
)

function within({ min, max }: Bounds): { min_value: number; max_value: number } {
  return { min_value: min, max_value: max }
}

function upTo(max: number): { min_value: number; max_value: number } {
  return { min_value: 1, max_value: max }
}

/** Returns an option of a command by its name. */
type GivenOptions = (name: string) => string | number | boolean | undefined

/** Reads options and flags at the end of the prompt. An option overrides its flag. */
export function readImagineOptions(prompt: string, given: GivenOptions): ImagineRequest {
  const request = parseCommand(prompt)
  const problems = valuesOf(given).flatMap(([flag, value]) => overrideFlag(flag, value, request) ?? [])
  return withProblems(request, problems)
}

/** The prompt with all given options as flags: the text that gives the same request again. */
export function typedOptions(prompt: string, given: GivenOptions): string {
  return appendFlags(prompt, valuesOf(given))
}

function valuesOf(given: GivenOptions): [FlagName, string][] {
  return flagOptions.flatMap(({ key, flag }) => {
    const value = given(optionName(key))
    return value === undefined ? [] : [[flag, textOf(value)]]
  })
}

function textOf(value: string | number | boolean): string {
  if (typeof value !== 'boolean') return String(value).trim()
  return value ? 'on' : 'off'
}
