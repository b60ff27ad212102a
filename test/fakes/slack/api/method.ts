/** What a Web API method of the fake is made of: its arguments, its scopes, its tier, its answer. */
import type { z } from 'zod'
import type { Channel, Member, Team, World } from '../world.ts'
import type { FakeFaults } from './faults.ts'
import { Refusal } from './refusal.ts'
import type { Tier } from './tiers.ts'

export interface MethodContext {
  world: World
  team: Team
  faults: FakeFaults
  /** http://127.0.0.1:PORT */
  baseUrl: string
  /** An event for the app, where its manifest asks for it. */
  tell(event: { type: string } & Record<string, unknown>): void
  /** Uses up a trigger and returns whose it was. */
  useTrigger(triggerId: string): Member
}

export interface Method {
  tier: Tier
  scopes: string[]
  answer(args: Record<string, unknown>, context: MethodContext): Record<string, unknown>
}

/** Binds a schema to its handler: arguments that do not fit are `invalid_arguments`, named as Slack names them. */
export function method<Args>(
  facts: { tier: Tier; scopes: string[]; args: z.ZodType<Args> },
  answer: (args: Args, context: MethodContext) => Record<string, unknown>,
): Method {
  return {
    tier: facts.tier,
    scopes: facts.scopes,
    answer: (raw, context) => {
      const parsed = facts.args.safeParse(raw)
      if (parsed.success) return answer(parsed.data, context)
      const messages = parsed.error.issues.map(
        issue => `[ERROR] ${issue.message} [json-pointer:/${issue.path.join('/')}]`,
      )
      throw new Refusal('invalid_arguments', messages)
    },
  }
}

/** A channel that the bot may write to, or Slack's reason why not. A private channel it is not in does not exist for it. */
export function writableChannel(context: MethodContext, channelId: string): Channel {
  const channel = visibleChannel(context, channelId)
  if (!channel.members.has(context.team.botUserId)) throw new Refusal('not_in_channel')
  if (channel.archived) throw new Refusal('is_archived')
  return channel
}

/** A channel of the caller's workspace that the bot can see. A user id stands for the direct messages with them. */
export function visibleChannel(context: MethodContext, channelId: string): Channel {
  const member = context.world.members.get(channelId)
  if (member !== undefined && member.teamId === context.team.id) return context.world.directChannel(member)
  const channel = context.world.channels.get(channelId)
  const known =
    channel !== undefined &&
    channel.teamId === context.team.id &&
    (channel.kind === 'public' || channel.members.has(context.team.botUserId))
  if (!known) throw new Refusal('channel_not_found')
  return channel
}
