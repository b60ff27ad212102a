/** Looks up people on Slack: name, language, rights. A failed look-up gives no rights. */
import type { UsersInfoResponse } from '@slack/web-api'
import type { Rights } from '../../../../app/people/people.ts'
import type { Clock } from '../../../../system/ports.ts'
import type { SlackApi } from '../../transport/api.ts'
import type { Workspace } from '../../transport/workspaces.ts'
import { LookupCache } from './lookup-cache.ts'

export interface Member {
  name: string
  locale?: string
  rights: Rights
}

const noRights: Rights = { member: false, moderator: false, admin: false }

type SlackUser = NonNullable<UsersInfoResponse['user']>

export class Members {
  readonly #api: SlackApi
  readonly #known: LookupCache<Member>

  constructor(api: SlackApi, clock: Clock) {
    this.#api = api
    this.#known = new LookupCache(clock)
  }

  /** `teamId` is the workspace of the event; `fallbackName` is the name in the event. */
  async find(workspace: Workspace, teamId: string, userId: string, fallbackName: string): Promise<Member> {
    const key = `${workspace.token} ${teamId} ${userId}`
    const member = await this.#known.find(key, () => this.#lookUp(workspace, teamId, userId, fallbackName))
    return member ?? { name: fallbackName, rights: noRights }
  }

  async #lookUp(
    workspace: Workspace,
    teamId: string,
    userId: string,
    fallbackName: string,
  ): Promise<Member | undefined> {
    const called = await this.#api.call(workspace.token, 'users.info', client =>
      client.users.info({ user: userId, include_locale: true }),
    )
    if (called.kind === 'refused') return undefined
    const { user } = called.value
    return {
      name: user?.profile?.display_name || user?.real_name || fallbackName,
      ...(user?.locale === undefined ? {} : { locale: user.locale }),
      rights: user === undefined ? noRights : rightsOf(user, teamId),
    }
  }
}

/**
 * The rights of a user in a workspace. People of other workspaces, in shared channels, have no admin rights here. Guests
 * are members of channels, not of the workspace.
 */
export function rightsOf(user: SlackUser, teamId: string): Rights {
  const isAtHome = user.team_id === teamId || user.enterprise_user?.teams?.includes(teamId) === true
  if (!isAtHome || user.is_stranger === true) return noRights
  const isAdmin = user.is_admin === true || user.is_owner === true
  const isGuest = user.is_restricted === true || user.is_ultra_restricted === true
  return { member: !isGuest, moderator: isAdmin, admin: isAdmin }
}
