/** Application commands: names, descriptions, options, counts (developers/interactions/application-commands). */
import { z } from 'zod'
import { broken } from './check.ts'

/** The languages that Discord localises for (developers/reference, Locales). */
const locales = new Set(
  'id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko'.split(
    ' ',
  ),
)
const slashName = z
  .string()
  .regex(/^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u, 'Command name is invalid')
  .refine(name => name === name.toLowerCase(), 'Names are lower case')
const menuName = z.string().min(1).max(32)
const description = z.string().min(1).max(100)
const localized = <Value extends z.ZodType>(value: Value) =>
  z
    .record(
      z.string().refine(locale => locales.has(locale), 'An unknown locale'),
      value,
    )
    .nullish()

const choice = z.strictObject({
  name: z.string().min(1).max(100),
  name_localizations: localized(z.string().min(1).max(100)),
  value: z.union([z.string().max(100), z.number()]),
})

const named = {
  name: slashName,
  name_localizations: localized(slashName),
  description,
  description_localizations: localized(description),
}

const valueOption = z
  .strictObject({
    ...named,
    type: z.int().min(3).max(11),
    required: z.boolean().optional(),
    choices: z.array(choice).max(25).optional(),
    autocomplete: z.boolean().optional(),
    min_value: z.number().optional(),
    max_value: z.number().optional(),
    min_length: z.int().min(0).max(6000).optional(),
    max_length: z.int().min(1).max(6000).optional(),
    channel_types: z.array(z.int()).optional(),
  })
  .superRefine((option, context) => {
    if (option.autocomplete && (option.choices?.length ?? 0) > 0)
      broken(context, ['autocomplete'], 'APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES', 'Not with choices.')
    if (option.autocomplete && ![3, 4, 10].includes(option.type))
      broken(context, ['autocomplete'], 'APPLICATION_COMMAND_AUTOCOMPLETE_TYPE', 'Not for this type.')
    if ((option.min_value !== undefined || option.max_value !== undefined) && ![4, 10].includes(option.type))
      broken(context, ['min_value'], 'APPLICATION_COMMAND_OPTION_TYPE', 'Only numbers have a range.')
  })
const subcommand = z
  .strictObject({ ...named, type: z.literal(1), options: z.array(valueOption).max(25).optional() })
  .superRefine(checkOptions)
const group = z.strictObject({
  ...named,
  type: z.literal(2),
  options: z.array(subcommand).min(1).max(25),
})

export const entryPointType = 4

const scope = {
  default_member_permissions: z.string().regex(/^\d+$/).nullish(),
  integration_types: z.array(z.int().min(0).max(1)).min(1).optional(),
  contexts: z.array(z.int().min(0).max(2)).min(1).nullish(),
  nsfw: z.boolean().optional(),
}
const slashCommand = z
  .strictObject({
    ...named,
    ...scope,
    type: z.literal(1).optional(),
    options: z
      .array(z.union([valueOption, subcommand, group]))
      .max(25)
      .optional(),
  })
  .superRefine(checkOptions)
const menuCommand = z.strictObject({
  ...scope,
  type: z.union([z.literal(2), z.literal(3)]),
  name: menuName,
  name_localizations: localized(menuName),
})

/** What launches an app's Activity (Entry Point Commands): global, one per app, with a handler and without a description. */
const entryPoint = z.strictObject({
  ...scope,
  type: z.literal(entryPointType),
  name: menuName,
  name_localizations: localized(menuName),
  handler: z.int().min(1).max(2),
})

export const command = z.union([slashCommand, menuCommand, entryPoint]).superRefine((c, context) => {
  const characters = commandCharacters(c)
  if (characters > 8000)
    broken(context, [], 'APPLICATION_COMMAND_TOO_LARGE', `${characters} characters, at most 8000.`)
})
export type Command = z.infer<typeof command>
export type CommandOption = NonNullable<z.infer<typeof slashCommand>['options']>[number]
export type ValueOption = z.infer<typeof valueOption>

/** PUT of a whole scope: 100 slash commands, 15 of each menu, one entry point, names unique by type. */
export const commandList = z.array(command).superRefine((list, context) => {
  const keys = list.map(each => `${each.type ?? 1} ${each.name}`)
  if (new Set(keys).size !== keys.length)
    broken(context, [], 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'Names must be unique.')
  for (const [type, most] of [
    [1, 100],
    [2, 15],
    [3, 15],
    [entryPointType, 1],
  ] as const) {
    if (list.filter(each => (each.type ?? 1) === type).length > most)
      broken(context, [], 'APPLICATION_COMMANDS_TOO_MANY', `At most ${most} of type ${type}.`)
  }
})

function checkOptions(
  owner: { options?: { name: string; type: number; required?: boolean }[] },
  context: z.RefinementCtx,
): void {
  const options = owner.options ?? []
  const names = options.map(option => option.name)
  if (new Set(names).size !== names.length)
    broken(
      context,
      ['options'],
      'APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE',
      'Option names must be unique.',
    )
  const firstOptional = options.findIndex(option => option.type > 2 && !option.required)
  if (firstOptional >= 0 && options.slice(firstOptional).some(option => option.required))
    broken(
      context,
      ['options'],
      'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
      'Required options come first.',
    )
  const kinds = new Set(options.map(option => option.type > 2))
  if (kinds.size > 1)
    broken(
      context,
      ['options'],
      'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
      'Subcommands and values do not mix.',
    )
}

/** Names, descriptions and values together; of each localised field the longest counts. */
function commandCharacters(c: unknown): number {
  if (Array.isArray(c)) return c.reduce((sum: number, each: unknown) => sum + commandCharacters(each), 0)
  if (typeof c !== 'object' || c === null) return 0
  let sum = 0
  for (const [key, value] of Object.entries(c)) {
    if (key === 'options' || key === 'choices') sum += commandCharacters(value)
    if (key === 'name' || key === 'description' || key === 'value') {
      const translations: unknown = Reflect.get(c, `${key}_localizations`)
      const all = [value, ...(isRecord(translations) ? Object.values(translations) : [])]
      sum += Math.max(...all.map(text => String(text).length))
    }
  }
  return sum
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
