/** auth, conversations and users: who is who and where in the fake Slack. */
import { z } from 'zod'
import { truthy, wholeNumber } from '../api/arguments.ts'
import { type MethodContext, method, visibleChannel } from '../api/method.ts'
import { Refusal } from '../api/refusal.ts'
import type { Channel, Member } from '../world.ts'

function channelJson(channel: Channel, botUserId: string) {
  return {
    id: channel.id,
    name: channel.name,
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_private: channel.kind !== 'public',
    is_im: channel.kind === 'im',
    is_mpim: channel.kind === 'mpim',
    is_archived: channel.archived,
    is_member: channel.members.has(botUserId),
  }
}

function userJson(member: Member) {
  return {
    id: member.id,
    team_id: member.teamId,
    name: member.name,
    real_name: member.name,
    deleted: false,
    locale: member.locale,
    is_admin: member.admin,
    is_owner: false,
    is_primary_owner: false,
    is_bot: false,
    profile: { display_name: member.name, real_name: member.name },
  }
}

/** Each kind of conversation has a scope of its own (docs.slack.dev/reference/methods/conversations.info). */
const readScope = {
  public: 'channels:read',
  private: 'groups:read',
  im: 'im:read',
  mpim: 'mpim:read',
} as const

function readableChannel(context: MethodContext, channelId: string): Channel {
  const channel = visibleChannel(context, channelId)
  const needed = readScope[channel.kind]
  const { scopes } = context.team
  if (!scopes.has(needed)) throw new Refusal('missing_scope', [], { needed, provided: [...scopes].join(',') })
  return channel
}

export const workspaceMethods = {
  'auth.test': method({ tier: 4, scopes: [], args: z.strictObject({}) }, (_args, { team, baseUrl }) => ({
    url: `${baseUrl}/`,
    team: team.name,
    user: 'easel',
    team_id: team.id,
    user_id: team.botUserId,
    bot_id: team.botId,
    ...(team.enterpriseId === undefined ? {} : { enterprise_id: team.enterpriseId }),
    is_enterprise_install: false,
  })),

  // docs.slack.dev/reference/methods/bots.info; the fields are those of BotsInfoResponse in @slack/web-api.
  'bots.info': method(
    { tier: 3, scopes: ['users:read'], args: z.strictObject({ bot: z.string() }) },
    ({ bot }, { team }) => {
      if (bot !== team.botId) throw new Refusal('bot_not_found')
      return { bot: { id: bot, deleted: false, name: 'easel', app_id: 'A00000001', user_id: team.botUserId } }
    },
  ),

  'users.info': method(
    {
      tier: 4,
      scopes: ['users:read'],
      args: z.strictObject({ user: z.string(), include_locale: truthy.optional() }),
    },
    (args, { world, team }) => {
      const member = world.members.get(args.user)
      if (member?.teamId !== team.id) throw new Refusal('user_not_found')
      return { user: userJson(member) }
    },
  ),

  'conversations.info': method(
    {
      tier: 3,
      scopes: [],
      args: z.strictObject({ channel: z.string(), include_num_members: truthy.optional() }),
    },
    (args, context) => {
      const channel = readableChannel(context, args.channel)
      return { channel: channelJson(channel, context.team.botUserId) }
    },
  ),

  'conversations.members': method(
    {
      tier: 4,
      scopes: [],
      args: z.strictObject({
        channel: z.string(),
        limit: wholeNumber.optional(),
        cursor: z.string().optional(),
      }),
    },
    (args, context) => {
      const members = [...readableChannel(context, args.channel).members]
      const from = Number(args.cursor || 0)
      const to = from + (args.limit ?? 100)
      const next = to < members.length ? String(to) : ''
      return { members: members.slice(from, to), response_metadata: { next_cursor: next } }
    },
  ),

  'conversations.open': method(
    {
      tier: 3,
      scopes: ['im:write'],
      args: z.strictObject({ users: z.string(), return_im: truthy.optional() }),
    },
    (args, { world, team }) => {
      const member = world.members.get(args.users)
      if (member?.teamId !== team.id) throw new Refusal('user_not_found')
      return { channel: { id: world.directChannel(member).id } }
    },
  ),

  'conversations.list': method(
    {
      tier: 2,
      scopes: ['channels:read'],
      args: z.strictObject({
        types: z.string().optional(),
        limit: wholeNumber.optional(),
        cursor: z.string().optional(),
        exclude_archived: truthy.optional(),
      }),
    },
    (_args, { world, team }) => ({
      channels: [...world.channels.values()]
        .filter(channel => channel.teamId === team.id && channel.kind === 'public')
        .map(channel => channelJson(channel, team.botUserId)),
      response_metadata: { next_cursor: '' },
    }),
  ),
}
