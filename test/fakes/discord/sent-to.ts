/** Where a request of the bot's leads: the place in which people see what it carries. */
import type { Place } from '../traffic.ts'
import type { Interaction, Interactions } from './interactions.ts'
import { flag } from './limits/messages.ts'
import type { RestRequest } from './transport/rest.ts'
import { type Channel, isThread, type Message, type World } from './world.ts'

export function sentTo(world: World, interactions: Interactions, { params, body }: RestRequest): Place {
  const interaction = interactions.all.find(each => each.token === params.token)
  if (interaction !== undefined) {
    const isPrivate = isSeenByOne(interaction, params.message, body)
    return { ...placeOf(world, interaction.channel), personId: isPrivate ? interaction.user.id : undefined }
  }
  const channel = world.channels.get(params.channel ?? '')
  if (channel !== undefined) return placeOf(world, channel)
  return { spaceId: params.guild }
}

export function placeOf(world: World, channel: Channel): Place {
  return {
    spaceId: channel.guild?.id,
    conversationId: channel.id,
    parentId: isThread(channel) ? world.parentOf(channel)?.id : undefined,
  }
}

/** Choices and forms are for the one who asked, and so is an ephemeral answer and whatever it becomes. */
function isSeenByOne(interaction: Interaction, messageId: string | undefined, body: unknown): boolean {
  const given = readFlags(body)
  if (given.type === 8 || given.type === 9) return true
  const target = messageId === undefined ? deferred(interaction) : shown(interaction, messageId)
  if (target !== undefined) return target.ephemeralTo !== undefined
  return (given.flags & flag.ephemeral) !== 0
}

/** The answer that a follow-up would fill. */
function deferred({ original }: Interaction): Message | undefined {
  return original !== undefined && (original.flags & flag.loading) !== 0 ? original : undefined
}

function shown({ original, followUps }: Interaction, id: string): Message | undefined {
  return id === '@original' ? original : [original, ...followUps].find(each => each?.id === id)
}

/** Of a message, or of the answer that carries one in `data`. */
function readFlags(body: unknown): { type: unknown; flags: number } {
  if (typeof body !== 'object' || body === null) return { type: undefined, flags: 0 }
  const type: unknown = Reflect.get(body, 'type')
  const data: unknown = Reflect.get(body, 'data')
  const holder = typeof data === 'object' && data !== null ? data : body
  const flags: unknown = Reflect.get(holder, 'flags')
  return { type, flags: typeof flags === 'number' ? flags : 0 }
}
