/** Builds the request context of an interaction: person, conversation, rights and language. */
import { type Interaction, MessageFlags, PermissionFlagsBits } from 'discord.js'
import { type Caller, type Conversation, directSpaceId, type Rights } from '../../../app/people/people.ts'
import type { Clock } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import { type DiscordDetails, writeDetails } from '../outbound/address.ts'
import { canPostWithOwnToken } from '../outbound/permissions.ts'
import { audienceOf, isGuest, isVoice } from './audience.ts'

/** The usable life of an interaction's token: Discord's 15 minutes minus the time for a last request. */
export const tokenLifeMs = 14.5 * 60_000

/** The person who acts, with everything that a reply needs. */
export interface RequestContext {
  caller: Caller
  words: Words
  /** True if the bot cannot post with its own token: the response itself must contain the result. */
  answersOnly: boolean
}

export function requestContextOf(interaction: Interaction, clock: Clock): RequestContext {
  const spaceId = interaction.guildId ?? directSpaceId
  const { user, locale } = interaction
  const conversation = conversationOf(interaction, spaceId, clock)
  return {
    words: wordsFor(locale),
    answersOnly: !canPostWithOwnToken(conversation),
    caller: {
      person: { platform: 'discord', spaceId, userId: user.id, name: nameOf(interaction) },
      rights: rightsOf(interaction),
      conversation,
      eventId: interaction.id,
      locale,
    },
  }
}

/** The context for a public response that the courier fills. */
export function filledByCourier(requester: RequestContext): RequestContext {
  const { caller } = requester
  const { conversation } = caller
  const details = { ...conversation.details, fillsAnswer: true }
  return { ...requester, caller: { ...caller, conversation: { ...conversation, details } } }
}

function conversationOf(interaction: Interaction, spaceId: string, clock: Clock): Conversation {
  const { channel, channelId } = interaction
  const details: DiscordDetails = {
    locale: interaction.locale,
    permissions: interaction.appPermissions.bitfield.toString(),
    token: interaction.token,
    tokenUntilMs: clock.now() + tokenLifeMs,
    uploadLimitBytes: interaction.attachmentSizeLimit,
    ...(isGuest(interaction) ? { answersOnly: true } : {}),
    ...(hasOwnResponse(interaction) ? { isDeferred: true } : {}),
    ...(channel !== null && isVoice(channel) ? { isThreadless: true } : {}),
    ...pressedMessageOf(interaction),
  }
  const audience = audienceOf(interaction)
  const base = { platform: 'discord', spaceId, audience, details: writeDetails(details) } as const
  if (interaction.guildId === null) return { ...base, channelId: channelId ?? '', kind: 'direct' }
  if (channel?.isThread() === true && channel.parentId !== null)
    return { ...base, channelId: channel.parentId, threadId: channel.id, kind: 'thread' }
  return { ...base, channelId: channelId ?? '', kind: 'channel' }
}

/** Whether the response is a separate, deferred message. The response to a button is the message with the button. */
function hasOwnResponse(interaction: Interaction): boolean {
  return interaction.isCommand() || (interaction.isModalSubmit() && !interaction.isFromMessage())
}

/** An ephemeral message is excluded, because others cannot see it. */
function pressedMessageOf(interaction: Interaction): Pick<DiscordDetails, 'pressedId'> {
  const isOfMessage = interaction.isMessageComponent() || interaction.isModalSubmit()
  const message = isOfMessage ? interaction.message : null
  if (message === null || message.flags.has(MessageFlags.Ephemeral)) return {}
  return { pressedId: message.id }
}

/** The rights that Discord computed for this channel; outside guilds there are no moderators. */
function rightsOf(interaction: Interaction): Rights {
  const { memberPermissions } = interaction
  return {
    member: interaction.inGuild() && !isGuest(interaction),
    moderator: memberPermissions?.has(PermissionFlagsBits.ManageMessages) ?? false,
    admin: memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false,
  }
}

/** The person's name in the guild. */
function nameOf({ member, user }: Interaction): string {
  if (member === null) return user.displayName
  return 'displayName' in member ? member.displayName : (member.nick ?? user.displayName)
}
