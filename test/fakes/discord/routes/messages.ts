/** Routes that post, read, change and delete messages by the bot's own token. */
import { z } from 'zod'
import { checked } from '../limits/check.ts'
import { changedMessage, flag, newMessage } from '../limits/messages.ts'
import { messageJson } from '../payloads.ts'
import { attachmentsAfter, ring, write } from '../posting.ts'
import { permission } from '../rules/permissions.ts'
import { badField, refuse } from '../transport/refusal.ts'
import type { RestRequest, Route } from '../transport/rest.ts'
import { type Channel, isThread, type Message, type World } from '../world.ts'

/** A nonce is remembered for a few minutes (resources/message, enforce_nonce). */
const nonceMs = 5 * 60_000

export function messageRoutes(world: World, cdnUrl: () => string): Route[] {
  const one = '/channels/:channel/messages/:message'
  return [
    {
      method: 'POST',
      template: '/channels/:channel/messages',
      auth: true,
      answer: async request => messageJson(await post(world, request), cdnUrl()),
    },
    {
      method: 'GET',
      template: '/channels/:channel/messages',
      auth: true,
      answer: request => listed(world, request).map(message => messageJson(message, cdnUrl())),
    },
    {
      method: 'GET',
      template: one,
      auth: true,
      answer: request => messageJson(addressed(world, request), cdnUrl()),
    },
    {
      method: 'PATCH',
      template: one,
      auth: true,
      answer: async request => messageJson(await change(world, request), cdnUrl()),
    },
    {
      method: 'DELETE',
      template: one,
      auth: true,
      answer: request => {
        const message = addressed(world, request)
        const mayDelete = (world.botPermissions(message.channel) & permission.ManageMessages) !== 0n
        if (message.author !== world.bot && !mayDelete) throw refuse.missingPermissions()
        checkMayDelete(world, message.channel)
        message.deleted = true
        world.changed()
        return undefined
      },
    },
  ]
}

const listing = z.strictObject({
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).optional(),
})

/** Without Read Message History there are none; newest first, after an id the oldest of them (resources/message). */
function listed(world: World, request: RestRequest): Message[] {
  const channel = world.channelForBot(request.params.channel ?? '')
  const { after = '0', limit = 50 } = checked(listing, Object.fromEntries(request.query))
  if ((world.botPermissions(channel) & permission.ReadMessageHistory) === 0n) return []
  const later = world.messagesIn(channel).filter(({ id }) => BigInt(id) > BigInt(after))
  return (after === '0' ? later.slice(-limit) : later.slice(0, limit)).reverse()
}

function addressed(world: World, request: RestRequest): Message {
  return world.messageForBot(request.params.channel ?? '', request.params.message ?? '')
}

async function post(world: World, request: RestRequest): Promise<Message> {
  const channel = world.channelForBot(request.params.channel ?? '')
  checkMaySend(world, channel, request.files.length > 0)
  const body = checked(newMessage, request.body)

  const since = world.clock.now() - nonceMs
  if (body.enforce_nonce && body.nonce !== undefined) {
    const nonce = String(body.nonce)
    for (const message of world.messages.values())
      if (
        message.nonce === nonce &&
        message.author === world.bot &&
        message.createdAt > since &&
        !message.deleted
      )
        return message
  }

  const mayReply =
    channel.type === 1 || (world.botPermissions(channel) & permission.ReadMessageHistory) !== 0n
  if (body.message_reference && !mayReply) throw refuse.cannotReply()
  const replyTo = body.message_reference && referenced(world, channel, body.message_reference)
  const message: Message = {
    id: world.ids.next(),
    channel,
    author: world.bot,
    content: '',
    embeds: [],
    components: [],
    attachments: [],
    flags: (body.flags ?? 0) & flag.suppressNotifications,
    createdAt: world.clock.now(),
    editedAt: [],
    replyTo,
    nonce: body.nonce === undefined ? undefined : String(body.nonce),
    deleted: false,
  }
  write(message, body, await attachmentsAfter(world, [], body, request.files))
  channel.archived = false
  world.addMessage(message)
  ring(world, message, body)
  return message
}

function referenced(
  world: World,
  channel: Channel,
  reference: { message_id: string; fail_if_not_exists?: boolean },
): string | undefined {
  const target = world.messages.get(reference.message_id)
  if (target && !target.deleted && target.channel === channel && !target.ephemeralTo) return target.id
  if (reference.fail_if_not_exists ?? true)
    throw badField(['message_reference'], 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', 'Unknown message')
  return undefined
}

/** Text channels want SEND_MESSAGES, threads SEND_MESSAGES_IN_THREADS instead (topics/threads). */
function checkMaySend(world: World, channel: Channel, withFiles: boolean): void {
  if (channel.type === 1) {
    if (channel.members.some(member => member.closedToMessages)) throw refuse.cannotMessageUser()
    return
  }
  if (channel.type === 15) throw refuse.wrongChannelType()
  const has = world.botPermissions(channel)
  const needed = isThread(channel) ? permission.SendMessagesInThreads : permission.SendMessages
  if ((has & needed) === 0n) throw refuse.missingPermissions()
  if (withFiles && (has & permission.AttachFiles) === 0n) throw refuse.missingPermissions()
  if (isLocked(world, channel)) throw refuse.threadLocked()
}

/** Who cannot manage threads creates and edits nothing in a locked one (topics/threads, Locked Threads). */
function isLocked(world: World, channel: Channel): boolean {
  return channel.locked && (world.botPermissions(channel) & permission.ManageThreads) === 0n
}

/** Deleting is all that an archived thread allows, and a locked one does only while it is active (topics/threads). */
function checkMayDelete(world: World, channel: Channel): void {
  if (channel.archived && isLocked(world, channel)) throw refuse.threadLocked()
}

async function change(world: World, request: RestRequest): Promise<Message> {
  const message = addressed(world, request)
  if (message.author !== world.bot) throw refuse.notOurMessage()
  if (message.channel.archived) throw refuse.threadArchived()
  if (isLocked(world, message.channel)) throw refuse.threadLocked()
  const mayAttach = (world.botPermissions(message.channel) & permission.AttachFiles) !== 0n
  if (request.files.length > 0 && !mayAttach) throw refuse.missingPermissions()
  const body = checked(changedMessage(world.isV2(message)), request.body)
  const attachments = await attachmentsAfter(world, message.attachments, body, request.files)
  if (message.deleted) throw refuse.unknownMessage()
  write(message, body, attachments)
  message.editedAt.push(world.clock.now())
  world.changed()
  return message
}
