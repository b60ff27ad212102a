/** Registers the commands with Discord when they changed: in one guild for trials, globally otherwise. */
import { ApplicationCommandType, type Client, DiscordAPIError, RESTJSONErrorCodes, Routes } from 'discord.js'
import { z } from 'zod'
import { AppError } from '../../../errors/errors.ts'
import type { AdapterParts } from '../../adapter.ts'
import { commandDefinitions } from './command-definitions.ts'

/**
 * `unanswered`: it should be tried again. A refusal is logged only, and the earlier commands stay in use.
 * @throws AppError 'config' when Easel is not a member of the trial guild.
 */
export async function registerCommands(
  client: Client<true>,
  parts: AdapterParts,
): Promise<'settled' | 'unanswered'> {
  const { config, log } = parts
  const { guildId } = config.discord
  const all = commandDefinitions(config)
  const [scope, definitions] =
    guildId === '' ? [globally(client), all] : [inGuild(client, guildId), all.map(withoutScope)]
  try {
    const { own, kept } = await listCommands(client, scope)
    if (sameCommands(guildId === '' ? own : own.map(withoutScope), definitions)) {
      log.debug({}, 'commands are as they should be')
      return 'settled'
    }
    await client.rest.put(scope, { body: [...definitions, ...kept] })
    log.info({ count: definitions.length, guildId }, 'commands registered')
    return 'settled'
  } catch (error) {
    if (guildId !== '' && isAbsence(error)) throw notInGuild(guildId, error)
    log.error({ problem: String(error) }, 'commands could not be registered')
    return error instanceof DiscordAPIError || isAborted(error) ? 'settled' : 'unanswered'
  }
}

/**
 * Removes commands from places that the configuration does not name, because Discord shows guild commands beside global
 * ones. It checks every guild, because an earlier configuration may have named any of them. It never throws; the next
 * start tries again.
 */
export async function removeStrayCommands(
  client: Client<true>,
  { config, log }: AdapterParts,
): Promise<void> {
  const { guildId } = config.discord
  const others = [...client.guilds.cache.keys()].filter(id => id !== guildId).map(id => inGuild(client, id))
  for (const scope of guildId === '' ? others : [globally(client), ...others]) {
    try {
      const { own, kept } = await listCommands(client, scope)
      if (own.length === 0) continue
      await client.rest.put(scope, { body: kept })
      log.info({ scope }, 'commands removed where they are not wanted')
    } catch (error) {
      if (isAborted(error)) return
      log.debug({ scope, problem: String(error) }, 'commands could not be looked at')
    }
  }
}

/** Whether the adapter stops, and no more requests are possible. */
function isAborted(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

type Route = `/${string}`

function globally(client: Client<true>): Route {
  return Routes.applicationCommands(client.application.id)
}

function inGuild(client: Client<true>, guildId: string): Route {
  return Routes.applicationGuildCommands(client.application.id, guildId)
}

type Listed = Record<string, unknown>
const listSchema = z.array(z.record(z.string(), z.unknown()))

/** The properties of a command that its application may write. */
const writable: ReadonlySet<string> = new Set([
  'type',
  'name',
  'name_localizations',
  'default_member_permissions',
  'integration_types',
  'contexts',
  'nsfw',
  'handler',
])

/**
 * `kept`: the command that launches the application's Activity, if it has one. Discord creates it, and refuses every list that
 * leaves it out (50240), so each list repeats it.
 */
async function listCommands(client: Client<true>, scope: Route): Promise<{ own: Listed[]; kept: Listed[] }> {
  const query = new URLSearchParams({ with_localizations: 'true' })
  const all = listSchema.parse(await client.rest.get(scope, { query }))
  const isKept = ({ type }: Listed) => type === ApplicationCommandType.PrimaryEntryPoint
  const kept = all.filter(isKept).map(command => {
    return Object.fromEntries(Object.entries(command).filter(([key]) => writable.has(key)))
  })
  return { own: all.filter(command => !isKept(command)), kept }
}

/** Contexts and installation types are for global commands only. */
function withoutScope<Command extends object>(
  command: Command,
): Omit<Command, 'contexts' | 'integration_types'> {
  const {
    contexts: _contexts,
    integration_types: _types,
    ...rest
  } = {
    contexts: undefined,
    integration_types: undefined,
    ...command,
  }
  return rest
}

/** Whether Discord has exactly these commands. Discord adds defaults and does not keep the order. */
export function sameCommands(known: readonly object[], wanted: readonly object[]): boolean {
  const sorted = (commands: readonly object[]) => commands.map(command => canonical(command)).sort()
  return JSON.stringify(sorted(known)) === JSON.stringify(sorted(wanted))
}

/** Fields that Discord adds, and fields without meaning. */
const ofDiscord: ReadonlySet<string> = new Set([
  'id',
  'application_id',
  'guild_id',
  'version',
  'dm_permission',
  'default_permission',
  'handler',
  'name_localized',
  'description_localized',
])

/** The canonical text of a command, for comparison. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(
      Object.entries(inner)
        .filter(([key, each]) => !ofDiscord.has(key) && !isDefaultValue(key, each))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  })
}

function isDefaultValue(key: string, value: unknown): boolean {
  if (value === null || value === undefined || value === false) return true
  if (key === 'description' && value === '') return true
  return Array.isArray(value) && value.length === 0
}

function isAbsence(error: unknown): boolean {
  if (!(error instanceof DiscordAPIError)) return false
  return error.code === RESTJSONErrorCodes.MissingAccess || error.code === RESTJSONErrorCodes.UnknownGuild
}

function notInGuild(guildId: string, cause: unknown): AppError {
  const problem = { what: 'not-in-guild', guildId } as const
  return new AppError('config', { key: 'discord.guildId', problem }, cause)
}
