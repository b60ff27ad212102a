/** Messages that people write, and what a bot hears of them. */

import { memberJson, messageJson, userJson } from './payloads.ts'
import type { Channel, Message, User } from './records.ts'
import type { Gateway } from './transport/gateway.ts'
import { intent } from './transport/intents.ts'
import type { World } from './world.ts'

interface Parts {
  world: World
  gateway: Gateway
  cdnUrl: string
}

/** How a message mentions the bot. */
export const mentionOf = (user: User) => `<@${user.id}>`

/**
 * Without the privileged intent a bot gets the content only in direct messages with it and where it is mentioned
 * (events/gateway, Message Content Intent).
 */
export function write(
  { world, gateway, cdnUrl }: Parts,
  author: User,
  channel: Channel,
  content: string,
): Message {
  const message = world.addMessage({ channel, author, content })
  if (!world.sees(world.bot, channel)) return message
  const { guild } = channel
  const isMentioned = content.includes(mentionOf(world.bot))
  const heard = {
    ...messageJson(message, cdnUrl),
    channel_type: channel.type,
    content: guild === undefined || isMentioned ? content : '',
    mentions: isMentioned ? [userJson(world.bot)] : [],
    ...(guild && { guild_id: guild.id, member: memberJson(author, 0n) }),
  }
  gateway.dispatch(
    'MESSAGE_CREATE',
    heard,
    guild === undefined ? intent.directMessages : intent.guildMessages,
  )
  return message
}
