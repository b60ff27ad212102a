/** Routes by which a bot learns who it is and where its gateway is. */
import { userJson } from '../payloads.ts'
import { refuse } from '../transport/refusal.ts'
import type { Route } from '../transport/rest.ts'
import type { World } from '../world.ts'

export function identityRoutes(
  world: World,
  applicationId: string,
  gatewayUrl: () => string,
  shards: number,
): Route[] {
  const application = () => ({
    id: applicationId,
    name: world.bot.displayName,
    icon: null,
    description: '',
    summary: '',
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: 'fake',
    flags: 0,
    bot: userJson(world.bot),
  })
  return [
    {
      method: 'GET',
      template: '/gateway/bot',
      auth: true,
      answer: () => ({
        url: gatewayUrl(),
        shards,
        session_start_limit: { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 },
      }),
    },
    { method: 'GET', template: '/users/@me', auth: true, answer: () => userJson(world.bot) },
    // resources/user: any user's public face, whatever guilds are shared.
    {
      method: 'GET',
      template: '/users/:user',
      auth: true,
      answer({ params }) {
        const user = world.users.get(params.user ?? '')
        return user === undefined ? refuse.unknownUser() : userJson(user)
      },
    },
    { method: 'GET', template: '/applications/@me', auth: true, answer: application },
    { method: 'GET', template: '/oauth2/applications/@me', auth: true, answer: application },
  ]
}
