/** The commands as Discord is told of them: names, options, where they may be used and by whom. Pure. */
import {
  type APIApplicationCommandSubcommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  PermissionFlagsBits,
  type RESTPostAPIApplicationCommandsJSONBody,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js'
import type { Config } from '../../../config.ts'
import { en, type Words } from '../../../words/en.ts'
import { zhCn } from '../../../words/zh-cn.ts'
import { imagineOptions, named } from './imagine-options.ts'

export type CommandKey = keyof Words['discord']['commands']
export type ShortcutKey = keyof Words['discord']['shortcuts']

/** Figures go further back than anybody looks. */
export const mostDays = 366

/** Wherever Discord lets an app be used: servers, direct messages with the bot, conversations among people. */
const everywhere = {
  integration_types: [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall],
  contexts: [
    InteractionContextType.Guild,
    InteractionContextType.BotDM,
    InteractionContextType.PrivateChannel,
  ],
}

/** For admins: hidden from others in servers; in direct messages those whom the configuration names may ask. */
const forAdmins = {
  integration_types: [ApplicationIntegrationType.GuildInstall],
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  default_member_permissions: PermissionFlagsBits.ManageGuild.toString(),
}

export function commandDefinitions({
  limits,
}: Pick<Config, 'limits'>): RESTPostAPIApplicationCommandsJSONBody[] {
  return [
    { ...command('imagine'), ...everywhere, options: imagineOptions(limits) },
    { ...command('queue'), ...everywhere },
    {
      ...command('show'),
      ...everywhere,
      options: [
        {
          ...named('id', words => words.discord.about.id),
          type: ApplicationCommandOptionType.String,
          required: true,
          max_length: 100,
        },
      ],
    },
    { ...command('settings'), ...everywhere },
    { ...command('usage'), ...everywhere },
    { ...command('models'), ...everywhere },
    { ...command('help'), ...everywhere },
    { ...command('forget'), ...everywhere, options: [subcommand('me')] },
    {
      ...command('stats'),
      ...forAdmins,
      options: [
        {
          ...named('days', words => words.discord.about.days),
          type: ApplicationCommandOptionType.Integer,
          min_value: 1,
          max_value: mostDays,
        },
      ],
    },
    { ...shortcut('useAsSource'), ...everywhere },
    { ...shortcut('imageInfo'), ...everywhere },
  ]
}

/** Which command of ours has that name; undefined for one that an older Easel registered. */
export function commandNamed(name: string): CommandKey | undefined {
  return commandKeys.find(key => en.discord.commands[key].name === name)
}

export function shortcutNamed(name: string): ShortcutKey | undefined {
  return shortcutKeys.find(key => en.discord.shortcuts[key] === name)
}

const commandKeys = [
  'imagine',
  'queue',
  'show',
  'settings',
  'usage',
  'models',
  'help',
  'forget',
  'stats',
] as const satisfies readonly CommandKey[]
const shortcutKeys = ['useAsSource', 'imageInfo'] as const satisfies readonly ShortcutKey[]

function texts(key: CommandKey) {
  const { name, description } = en.discord.commands[key]
  const chinese = zhCn.discord.commands[key]
  return {
    name,
    name_localizations: { 'zh-CN': chinese.name },
    description,
    description_localizations: { 'zh-CN': chinese.description },
  }
}

function command(key: CommandKey): RESTPostAPIChatInputApplicationCommandsJSONBody {
  return { ...texts(key), type: ApplicationCommandType.ChatInput }
}

function subcommand(key: CommandKey): APIApplicationCommandSubcommandOption {
  return { ...texts(key), type: ApplicationCommandOptionType.Subcommand }
}

function shortcut(key: ShortcutKey) {
  return {
    name: en.discord.shortcuts[key],
    name_localizations: { 'zh-CN': zhCn.discord.shortcuts[key] },
    type: ApplicationCommandType.Message,
  } as const
}
