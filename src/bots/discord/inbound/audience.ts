/** Who can read where an interaction comes from: public is what everybody in the guild may see, whatever their age. */
import { ChannelType, type Interaction, InteractionContextType, PermissionFlagsBits } from 'discord.js'
import type { Audience } from '../../../app/people.ts'

/** `space` only where the guild's own data says so: what is not known, a guild that the app is no member of, is closed. */
export function audienceOf(interaction: Interaction): Audience {
  const { guild, channel } = interaction
  if (channel?.type === ChannelType.PrivateThread) return 'thread'
  if (guild === null || channel === null || channel.isDMBased() || isGuest(interaction)) return 'channel'
  const parent = channel.isThread() ? channel.parent : channel
  if (parent === null || ('nsfw' in parent && parent.nsfw)) return 'channel'
  // A guild's id is that of its role for everybody (developers/topics/permissions).
  const everybody = parent.permissionsFor(guild.id)
  return everybody?.has(PermissionFlagsBits.ViewChannel) ? 'space' : 'channel'
}

/** A person brought the app along: it is no member of that guild or group. */
export function isGuest(interaction: Interaction): boolean {
  if (interaction.guildId === null) return interaction.context === InteractionContextType.PrivateChannel
  return interaction.authorizingIntegrationOwners.guildId === null
}
