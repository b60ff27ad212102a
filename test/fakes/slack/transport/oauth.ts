/**
 * OAuth of the fake Slack: codes that an installer's consent gives, exchanged for a bot token
 * (docs.slack.dev/authentication/installing-with-oauth).
 */
import { Refusal } from '../api/refusal.ts'
import type { Team, World } from '../world.ts'

export class OAuth {
  readonly #world: World
  readonly #codes = new Map<string, { team: Team; installerId: string; orgWide: boolean }>()
  readonly clientId = '1.2'
  readonly clientSecret = 'client-secret-of-the-fake'

  constructor(world: World) {
    this.#world = world
  }

  /** What the browser brings back after the installer agreed. */
  consent(team: Team, installerId: string, options: { orgWide?: boolean } = {}): string {
    const code = this.#world.id('C')
    this.#codes.set(code, { team, installerId, orgWide: options.orgWide === true })
    return code
  }

  access(args: Record<string, unknown>, authorization: string | undefined): Record<string, unknown> {
    const basic = Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64')
    const known =
      authorization === `Basic ${basic}` ||
      (args.client_id === this.clientId && args.client_secret === this.clientSecret)
    if (!known) throw new Refusal('bad_client_secret')
    const grant = this.#codes.get(String(args.code))
    if (grant === undefined) throw new Refusal('invalid_code')
    this.#codes.delete(String(args.code))
    const { team, installerId, orgWide } = grant
    if (!team.installed) {
      team.revokedTokens.add(team.botToken)
      team.botToken = `${team.botToken}-again`
    }
    team.installed = true
    team.orgWide = orgWide
    return {
      app_id: 'A00000001',
      authed_user: { id: installerId },
      scope: [...team.scopes].join(','),
      token_type: 'bot',
      access_token: team.botToken,
      bot_user_id: team.botUserId,
      team: orgWide ? null : { id: team.id, name: team.name },
      enterprise: team.enterpriseId === undefined ? null : { id: team.enterpriseId, name: 'Org' },
      is_enterprise_install: orgWide,
    }
  }
}
