/** The audience of an interaction's conversation: public if everybody in the guild may read it, without age restriction. */
import {
  type Channel,
  ChannelType,
  type GuildBasedChannel,
  type Interaction,
  InteractionContextType,
  PermissionFlagsBits,
} from 'discord.js'
import type { Audience } from '../../../common/conversations.ts'

/** `space` only if the guild's own data shows it. Unknown conversations and guilds without the app are closed. */
export function audienceOf(interaction: Interaction): Audience {
  const { guild, channel } = interaction
  if (channel?.type === ChannelType.PrivateThread) return 'thread'
  if (guild === null || channel === null || channel.isDMBased() || isGuest(interaction)) return 'channel'
  const parent = channel.isThread() ? channel.parent : channel
  if (parent === null || ('nsfw' in parent && parent.nsfw)) return 'channel'
  // The @everyone role has the guild's id (developers/topics/permissions).
  const everybody = parent.permissionsFor(guild.id)
  const isOpen = everybody?.has(neededToRead(parent)) === true && !isClosedToSome(parent)
  return isOpen ? 'space' : 'channel'
}

/**
 * Reading old messages requires the history. The chat of a voice channel opens only for people who may connect: a locked
 * one is shown in the list, and its messages are not.
 */
function neededToRead(channel: GuildBasedChannel): bigint {
  const text = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory
  return isVoice(channel) ? text | PermissionFlagsBits.Connect : text
}

/** Whether it is the chat of a voice or stage channel. */
export function isVoice({ type }: Pick<Channel, 'type'>): boolean {
  return type === ChannelType.GuildVoice || type === ChannelType.GuildStageVoice
}

/** Whether an overwrite denies a role or a member the channel, so that not everybody in the guild may read it. */
function isClosedToSome(channel: GuildBasedChannel): boolean {
  if (!('permissionOverwrites' in channel)) return true
  const needed = neededToRead(channel)
  return channel.permissionOverwrites.cache.some(({ deny }) => deny.any(needed))
}

/** Whether the interaction comes from a user install: the app is not a member of that guild or group. */
export function isGuest(interaction: Interaction): boolean {
  if (interaction.guildId === null) return interaction.context === InteractionContextType.PrivateChannel
  return interaction.authorizingIntegrationOwners.guildId === null
}
