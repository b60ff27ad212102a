/** Discord's command definitions, derived from the table of commands. Pure. */
import {
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  PermissionFlagsBits,
  type RESTPostAPIApplicationCommandsJSONBody,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  type RESTPostAPIContextMenuApplicationCommandsJSONBody,
} from 'discord.js'
import type { Config } from '../../../config/config.ts'
import { en, type Words } from '../../../words/en.ts'
import type { CommandOption } from '../../commands/command-option.ts'
import { type CommandName, commandNames, commands, typedNameOf } from '../../commands/commands.ts'
import { imagineOptions } from './imagine-options.ts'
import { localize } from './localized.ts'

export type ShortcutKey = keyof Words['discord']['shortcuts']

/** All contexts of an app: servers, direct messages with the bot, and private channels. */
const everywhere = {
  integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
  contexts: [
    InteractionContextType.Guild,
    InteractionContextType.BotDM,
    InteractionContextType.PrivateChannel,
  ],
}

/** A command for admins is hidden from others in servers, and usable in direct messages by persons named in the configuration. */
const forAdmins = {
  integration_types: [ApplicationIntegrationType.GuildInstall],
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  default_member_permissions: PermissionFlagsBits.ManageGuild.toString(),
}

/** The maximum length of an option's text, which is longer than any id. */
const maxTextCharacters = 100

export function commandDefinitions({
  limits,
}: Pick<Config, 'limits'>): RESTPostAPIApplicationCommandsJSONBody[] {
  return [...commandNames.map(name => definitionOf(name, limits)), ...shortcutKeys.map(shortcutOf)]
}

/** The command with those names; undefined for one that an older version registered. */
export function commandNamed(name: string, subcommand: string | null): CommandName | undefined {
  const typed = subcommand === null ? name : `${name} ${subcommand}`
  return commandNames.find(known => typedNameOf(known) === typed)
}

export function shortcutNamed(name: string): ShortcutKey | undefined {
  return shortcutKeys.find(key => en.discord.shortcuts[key] === name)
}

const shortcutKeys = ['useAsSource', 'imageInfo'] as const satisfies readonly ShortcutKey[]

function shortcutOf(key: ShortcutKey): RESTPostAPIContextMenuApplicationCommandsJSONBody {
  const names = localize(words => words.discord.shortcuts[key])
  return { ...names, type: ApplicationCommandType.Message, ...everywhere }
}

/** The second word of a command's name is a subcommand of the first. */
function definitionOf(
  name: CommandName,
  limits: Config['limits'],
): RESTPostAPIChatInputApplicationCommandsJSONBody {
  const { access, options } = commands[name]
  const own: APIApplicationCommandBasicOption[] =
    name === 'imagine' ? imagineOptions(limits) : options.map(optionOf)
  const hasSubcommand = typedNameOf(name).includes(' ')
  const all: APIApplicationCommandOption[] = hasSubcommand
    ? [{ ...wordOf(name, 1), type: ApplicationCommandOptionType.Subcommand, options: own }]
    : own
  return {
    ...wordOf(name, 0),
    type: ApplicationCommandType.ChatInput,
    ...(access === 'admins' ? forAdmins : everywhere),
    ...(all.length === 0 ? {} : { options: all }),
  }
}

function wordOf(name: CommandName, index: 0 | 1) {
  return localize(
    words => words.commands[name].name.split(' ')[index] ?? '',
    words => words.commands[name].about,
  )
}

function optionOf({
  name,
  kind,
  isRequired,
  defaultText,
  completes,
}: CommandOption): APIApplicationCommandBasicOption {
  const base = {
    ...localize(
      words => words.commandOptions[name].name,
      words => aboutOption(words, name, defaultText),
    ),
    required: isRequired,
  }
  return kind.expected === 'whole-number'
    ? {
        ...base,
        type: ApplicationCommandOptionType.Integer,
        ...(kind.range === undefined ? {} : { min_value: kind.range.min, max_value: kind.range.max }),
      }
    : {
        ...base,
        type: ApplicationCommandOptionType.String,
        max_length: maxTextCharacters,
        ...(completes === undefined ? {} : { autocomplete: true }),
      }
}

function aboutOption(words: Words, name: CommandOption['name'], usual: string | undefined): string {
  const { about } = words.commandOptions[name]
  return usual === undefined ? about : words.optionWithDefault(about, usual)
}
