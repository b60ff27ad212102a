/** Routes of channels and threads: a thread from a message, waking and renaming one, direct conversations. */
import { z } from 'zod'
import { checked } from '../limits/check.ts'
import { channelJson } from '../payloads.ts'
import { isBlocked } from '../posting.ts'
import { permission } from '../rules/permissions.ts'
import { refuse } from '../transport/refusal.ts'
import type { RestRequest, Route } from '../transport/rest.ts'
import { type Channel, isThread, type World } from '../world.ts'

const archiveMinutes = z.union([z.literal(60), z.literal(1440), z.literal(4320), z.literal(10080)])
const newThread = z.strictObject({
  name: z.string().trim().min(1).max(100),
  auto_archive_duration: archiveMinutes.optional(),
  rate_limit_per_user: z.int().min(0).max(21600).nullish(),
  /** discord.js says what follows from the channel anyhow. */
  type: z.literal(11).optional(),
})
const changedThread = z.strictObject({
  name: z.string().trim().min(1).max(100).optional(),
  archived: z.boolean().optional(),
  locked: z.boolean().optional(),
  auto_archive_duration: archiveMinutes.optional(),
})

export interface ThreadEvents {
  threadCreated(thread: Channel): void
  channelChanged(channel: Channel): void
}

export function threadRoutes(world: World, events: ThreadEvents): Route[] {
  return [
    {
      method: 'GET',
      template: '/channels/:channel',
      auth: true,
      answer: request => channelJson(world.channelForBot(request.params.channel ?? '')),
    },
    {
      method: 'PATCH',
      template: '/channels/:channel',
      auth: true,
      answer: request => channelJson(changeThread(world, events, request)),
    },
    {
      method: 'POST',
      template: '/channels/:channel/messages/:message/threads',
      auth: true,
      answer: request => channelJson(startThread(world, events, request)),
    },
    {
      method: 'POST',
      template: '/users/@me/channels',
      auth: true,
      answer: request => {
        const body = checked(z.strictObject({ recipient_id: z.string() }), request.body)
        const user = world.users.get(body.recipient_id)
        if (!user || user.bot) throw refuse.unknownUser()
        return channelJson(world.directChannel(user))
      },
    },
  ]
}

/** Only from a message in a text channel; the thread shares the message's id, and there is one at most. */
function startThread(world: World, events: ThreadEvents, request: RestRequest): Channel {
  const channel = world.channelForBot(request.params.channel ?? '')
  if (channel.type === 1) throw refuse.directMessagesOnly()
  if (channel.type !== 0) throw refuse.wrongChannelType()
  const message = world.messageForBot(channel.id, request.params.message ?? '')
  if ((world.botPermissions(channel) & permission.CreatePublicThreads) === 0n)
    throw refuse.missingPermissions()
  const body = checked(newThread, request.body)
  if (isBlocked(channel, [body.name])) throw refuse.titleBlocked()
  if (world.channels.has(message.id)) throw refuse.threadExists()
  const active = [...world.channels.values()].filter(
    each => isThread(each) && each.guild === channel.guild && !each.archived && !each.deleted,
  )
  if (active.length >= (channel.guild?.maxActiveThreads ?? 0)) throw refuse.tooManyThreads()
  const thread = world.addThread(body.name, channel, message.id)
  events.threadCreated(thread)
  return thread
}

function changeThread(world: World, events: ThreadEvents, request: RestRequest): Channel {
  const channel = world.channelForBot(request.params.channel ?? '')
  if (!isThread(channel)) throw refuse.wrongChannelType()
  const body = checked(changedThread, request.body)
  const has = world.botPermissions(channel)
  // The creator may change these without Manage Threads (topics/threads).
  const isCreators = channel.ownerId === world.bot.id && body.locked === undefined && !channel.locked
  // Waking one needs only that the bot has a place in it.
  const wakes = !channel.locked && body.archived === false && Object.keys(body).length === 1
  const needed = isCreators || wakes ? permission.SendMessagesInThreads : permission.ManageThreads
  if ((has & needed) === 0n) throw refuse.missingPermissions()
  if (channel.archived && body.archived !== false) throw refuse.threadArchived()
  if (isBlocked(channel, [body.name ?? ''])) throw refuse.titleBlocked()
  if (body.name !== undefined) channel.name = body.name
  if (body.archived !== undefined) channel.archived = body.archived
  if (body.locked !== undefined) channel.locked = body.locked
  events.channelChanged(channel)
  world.changed()
  return channel
}
