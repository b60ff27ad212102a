/**
 * Routes of application commands: list, replace and upsert, globally and in one guild
 * (interactions/application-commands).
 */
import { checked } from '../limits/check.ts'
import { type Command, command, commandList, entryPointType } from '../limits/commands.ts'
import { refuse } from '../transport/refusal.ts'
import type { RestRequest, Route } from '../transport/rest.ts'
import type { Guild, World } from '../world.ts'

export interface RegisteredCommand {
  id: string
  version: string
  command: Command
}

const perDay = 200

/** The commands of an app by scope: '' is global, otherwise a guild's id. */
export class CommandBook {
  readonly #scopes = new Map<string, RegisteredCommand[]>()
  /** Bodies that wrote something, so that a test can count them. */
  writes = 0
  created = 0

  /** What a person in this guild (or in a direct conversation) is offered. */
  visibleIn(guild: Guild | undefined): RegisteredCommand[] {
    return [...this.of(''), ...(guild ? this.of(guild.id) : [])]
  }

  of(scope: string): RegisteredCommand[] {
    return this.#scopes.get(scope) ?? []
  }

  replace(scope: string, list: RegisteredCommand[]): void {
    this.writes += 1
    this.#scopes.set(scope, list)
  }
}

export function commandRoutes(world: World, book: CommandBook, applicationId: string): Route[] {
  const scopeOf = (request: RestRequest): string => {
    if (request.params.application !== applicationId) throw refuse.missingAccess()
    const guildId = request.params.guild
    if (guildId === undefined) return ''
    const guild = world.guilds.get(guildId)
    if (!guild) throw refuse.unknownGuild()
    if (!guild.botIsMember) throw refuse.missingAccess()
    return guildId
  }
  const registered = (scope: string, each: Command): RegisteredCommand => {
    const known = book
      .of(scope)
      .find(old => old.command.name === each.name && (old.command.type ?? 1) === (each.type ?? 1))
    if (!known) {
      book.created += 1
      if (book.created > perDay) throw refuse.missingPermissions()
    }
    return { id: known?.id ?? world.ids.next(), version: world.ids.next(), command: each }
  }
  const templates = [
    '/applications/:application/commands',
    '/applications/:application/guilds/:guild/commands',
  ]

  return templates.flatMap((template): Route[] => [
    {
      method: 'GET',
      template,
      auth: true,
      answer: request => {
        const localized = request.query.get('with_localizations') === 'true'
        const scope = scopeOf(request)
        return book.of(scope).map(each => commandJson(each, applicationId, scope, localized))
      },
    },
    {
      method: 'PUT',
      template,
      auth: true,
      answer: request => {
        const scope = scopeOf(request)
        const wanted = checked(commandList, request.body)
        if (book.of(scope).some(({ command: { type } }) => type === entryPointType)) {
          if (!wanted.some(({ type }) => type === entryPointType)) throw refuse.entryPointRemoved()
        }
        const list = wanted.map(each => registered(scope, each))
        book.replace(scope, list)
        return list.map(each => commandJson(each, applicationId, scope, true))
      },
    },
    {
      method: 'POST',
      template,
      auth: true,
      answer: request => {
        const scope = scopeOf(request)
        const added = registered(scope, checked(command, request.body))
        const others = book.of(scope).filter(each => each.id !== added.id)
        checked(
          commandList,
          [...others, added].map(each => each.command),
        )
        book.replace(scope, [...others, added])
        return commandJson(added, applicationId, scope, true)
      },
    },
  ])
}

/** As Discord lists them: defaults filled in, nulls where nothing was said, localisations only when asked for. */
function commandJson(
  each: RegisteredCommand,
  applicationId: string,
  scope: string,
  localized: boolean,
): object {
  const { command: c } = each
  return {
    id: each.id,
    version: each.version,
    application_id: applicationId,
    ...(scope === '' ? { contexts: null, integration_types: [0] } : { guild_id: scope }),
    default_member_permissions: null,
    nsfw: false,
    ...(c.type === undefined || c.type === 1 ? {} : { description: '' }),
    ...withNulls(c, localized),
    type: c.type ?? 1,
  }
}

function withNulls(value: object, localized: boolean): object {
  const result: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(value)) {
    if (key.endsWith('_localizations')) {
      if (localized) result[key] = inner ?? null
    } else if (key === 'options' || key === 'choices') {
      result[key] = Array.isArray(inner) ? inner.map(each => withNulls(each, localized)) : inner
    } else if (inner !== false || (key !== 'required' && key !== 'autocomplete')) {
      result[key] = inner
    }
  }
  return result
}
