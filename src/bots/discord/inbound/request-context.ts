/** Interaction → request context: who asks, where, with which rights and in which language. */
import { type Interaction, MessageFlags, PermissionFlagsBits } from 'discord.js'
import { type Caller, type Conversation, directSpaceId, type Rights } from '../../../app/people.ts'
import type { Clock } from '../../../ports.ts'
import type { Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import { type DiscordDetails, writeDetails } from '../outbound/address.ts'
import { writesItself } from '../outbound/permissions.ts'
import { audienceOf, isGuest } from './audience.ts'

/** Discord's 15 minutes, less what a last request may take. */
export const tokenLifeMs = 14.5 * 60_000

/** Who asks, with everything that a reply needs. */
export interface RequestContext {
  caller: Caller
  words: Words
  /** Where the bot cannot write by its own token: the answer itself has to hold the result. */
  answersOnly: boolean
}

export function requestContextOf(interaction: Interaction, clock: Clock): RequestContext {
  const spaceId = interaction.guildId ?? directSpaceId
  const { user, locale } = interaction
  const conversation = conversationOf(interaction, spaceId, clock)
  return {
    words: wordsFor(locale),
    answersOnly: !writesItself(conversation),
    caller: {
      person: { platform: 'discord', spaceId, userId: user.id, name: nameOf(interaction) },
      rights: rightsOf(interaction),
      conversation,
      eventId: interaction.id,
      locale,
    },
  }
}

/** The same, for an answer that is public and waits for the courier to fill it. */
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
    ...(isAnsweredByItself(interaction) ? { isDeferred: true } : {}),
    ...pressed(interaction),
  }
  const audience = audienceOf(interaction)
  const base = { platform: 'discord', spaceId, audience, details: writeDetails(details) } as const
  if (interaction.guildId === null) return { ...base, channelId: channelId ?? '', kind: 'direct' }
  if (channel?.isThread() === true && channel.parentId !== null)
    return { ...base, channelId: channel.parentId, threadId: channel.id, kind: 'thread' }
  return { ...base, channelId: channelId ?? '', kind: 'channel' }
}

/** Its response is a message of its own, deferred at first; that of a button is the message it stands under. */
function isAnsweredByItself(interaction: Interaction): boolean {
  return interaction.isCommand() || (interaction.isModalSubmit() && !interaction.isFromMessage())
}

/** A question to one person is no message that others could find again. */
function pressed(interaction: Interaction): Pick<DiscordDetails, 'pressedId'> {
  const isOfMessage = interaction.isMessageComponent() || interaction.isModalSubmit()
  const message = isOfMessage ? interaction.message : null
  if (message === null || message.flags.has(MessageFlags.Ephemeral)) return {}
  return { pressedId: message.id }
}

/** As Discord computed them for this channel; outside guilds there is nobody to moderate. */
function rightsOf(interaction: Interaction): Rights {
  const { memberPermissions } = interaction
  return {
    member: interaction.inGuild() && !isGuest(interaction),
    moderator: memberPermissions?.has(PermissionFlagsBits.ManageMessages) ?? false,
    admin: memberPermissions?.has(PermissionFlagsBits.ManageGuild) ?? false,
  }
}

/** As the guild knows them. */
function nameOf({ member, user }: Interaction): string {
  if (member === null) return user.displayName
  return 'displayName' in member ? member.displayName : (member.nick ?? user.displayName)
}
