/** The tokens of workspaces: one from the environment, or those of stored installations. */
import type { Authorize } from '@slack/bolt'
import { secretVariables } from '../../../config/secrets.ts'
import { AppError } from '../../../errors/errors.ts'
import type { Logger } from '../../../system/ports.ts'
import type { SlackApi } from './api.ts'
import type { Installations } from './installations.ts'
import { botScopes } from './setup.ts'

/** Organisation-wide installations have an enterprise id and no team id. */
export interface WorkspaceIds {
  teamId?: string
  enterpriseId?: string
}

export interface Workspace {
  token: string
  botId: string
  botUserId: string
}

/** Requested scopes that a workspace did not grant. */
export interface MissingScopes {
  kind: 'scopes'
  workspaceId?: string
  scopes: string[]
}

/** What is wrong with the tokens although Slack accepts them. `two-apps`: events of one app would be answered as the other. */
export type TokenFault = MissingScopes | { kind: 'two-apps' }

export interface Workspaces {
  /** What is wrong with the tokens. Rejects if Slack refuses one. */
  start(): Promise<TokenFault[]>
  /**
   * The workspace of an installation; undefined if the app is not, or no longer, installed. @throws AppError 'platform-busy' when
   * that is unknown.
   */
  of(ids: WorkspaceIds): Workspace | undefined
  /**
   * Handles Slack's notice that the app was removed there, or its tokens revoked, in the second `atS` since 1970. A late
   * notice does not end a newer installation and returns false.
   */
  end(ids: WorkspaceIds, atS: number): Promise<boolean>
}

/** Bolt's authorisation of an event. */
export function authorizeWith(workspaces: Workspaces): Authorize<boolean> {
  return async ({ teamId, enterpriseId }) => {
    const workspace = workspaces.of({ teamId, enterpriseId })
    if (workspace === undefined) throw new Error('not installed')
    return {
      botToken: workspace.token,
      botId: workspace.botId,
      botUserId: workspace.botUserId,
      teamId,
      enterpriseId,
    }
  }
}

/** The retry time of deliveries before the token's first use. */
const firstRetryDelayMs = 1000
const retryDelayMs = 60_000

/** The fault of a token that is a person's: auth.test names no bot for it. */
export function noBotToken(): AppError {
  const problem = { what: 'no-bot-token', variable: secretVariables.slackBotToken } as const
  return new AppError('platform-refused', { platform: 'Slack', problem })
}

/** The workspace whose bot token is in the environment. */
export class OneWorkspace implements Workspaces {
  readonly #api: SlackApi
  readonly #token: string
  readonly #appToken: string | undefined
  /** A number means that it is unknown, and is the retry time. */
  #workspace: Workspace | undefined | number = firstRetryDelayMs

  /** `appToken`: that of Socket Mode, if events come that way. */
  constructor(api: SlackApi, token: string, appToken?: string) {
    this.#api = api
    this.#token = token
    this.#appToken = appToken
  }

  async start(): Promise<TokenFault[]> {
    this.#workspace = retryDelayMs
    const called = await this.#api.call(this.#token, 'auth.test', client => client.auth.test())
    if (called.kind === 'refused')
      throw new AppError('platform-refused', {
        platform: 'Slack',
        problem: { what: 'error', subject: secretVariables.slackBotToken, code: called.code },
      })
    const { bot_id: botId, user_id: botUserId } = called.value
    if (botId === undefined || botUserId === undefined) throw noBotToken()
    this.#workspace = { token: this.#token, botId, botUserId }
    const { scopes } = called.value.response_metadata ?? {}
    const isOtherApp = areTwoApps(await this.#appOf(botId), this.#appToken)
    return [...missingScopesOf({}, scopes), ...(isOtherApp ? [{ kind: 'two-apps' } as const] : [])]
  }

  /** The id of the bot's app; undefined if Slack does not tell it now. */
  async #appOf(botId: string): Promise<string | undefined> {
    if (this.#appToken === undefined) return undefined
    try {
      const called = await this.#api.call(this.#token, 'bots.info', client =>
        client.bots.info({ bot: botId }),
      )
      return called.kind === 'done' ? called.value.bot?.app_id : undefined
    } catch {
      return undefined
    }
  }

  of(): Workspace | undefined {
    if (typeof this.#workspace !== 'number') return this.#workspace
    throw new AppError('platform-busy', { platform: 'Slack', retryAfterMs: this.#workspace })
  }

  /** The environment's token has no installation time, so a call checks whether it is revoked. */
  async end(): Promise<boolean> {
    const called = await this.#api.call(this.#token, 'auth.test', client => client.auth.test())
    if (called.kind === 'done') return false
    this.#workspace = undefined
    return true
  }
}

/** Whether the bot is of another app than the token of Socket Mode, `xapp-1-A0123456789-…`. False if either is unknown. */
export function areTwoApps(appOfBot: string | undefined, appToken: string | undefined): boolean {
  const [, appOfToken] = /^xapp-\d+-(A[A-Z0-9]+)-/.exec(appToken ?? '') ?? []
  return appOfBot !== undefined && appOfToken !== undefined && appOfBot !== appOfToken
}

/** The scopes that are missing; empty if Slack did not list the granted ones. */
export function missingScopesOf(
  workspace: { workspaceId?: string },
  granted: readonly string[] | undefined,
): MissingScopes[] {
  const scopes = granted === undefined ? [] : botScopes.filter(scope => !granted.includes(scope))
  return scopes.length === 0 ? [] : [{ kind: 'scopes', ...workspace, scopes }]
}

/** Every workspace that installed the app through OAuth. */
export class InstalledWorkspaces implements Workspaces {
  readonly #api: SlackApi
  readonly #installations: Installations
  readonly #log: Logger

  constructor(api: SlackApi, installations: Installations, log: Logger) {
    this.#api = api
    this.#installations = installations
    this.#log = log
  }

  /** A changed key does not prevent the start: the affected workspaces can install the app again. */
  async start(): Promise<MissingScopes[]> {
    const ids = this.#installations.unreadable()
    if (ids.length > 0)
      this.#log.error({ ids }, 'EASEL_ENCRYPTION_KEY does not open these installations of Slack')
    const installed = this.#installations.all()
    const [first] = installed
    // Every answer shows that Slack can be reached, also one that refuses this token.
    if (first) await this.#api.call(first.installation.bot.token, 'auth.test', client => client.auth.test())
    return installed.flatMap(({ id, installation }) =>
      missingScopesOf({ workspaceId: id }, installation.bot.scopes),
    )
  }

  of(ids: WorkspaceIds): Workspace | undefined {
    const bot = this.#installations.find(ids)?.bot
    return bot && { token: bot.token, botId: bot.id, botUserId: bot.userId }
  }

  async end(ids: WorkspaceIds, atS: number): Promise<boolean> {
    const installedAtMs = this.#installations.find(ids)?.installedAtMs ?? 0
    // The end of the event's second.
    if ((atS + 1) * 1000 <= installedAtMs) return false
    await this.#installations.remove(ids)
    return true
  }
}
