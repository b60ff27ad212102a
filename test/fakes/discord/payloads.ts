/** The fake's things as Discord's JSON: users, channels, guilds, messages. */
import { usual } from './rules/permissions.ts'
import {
  type Attachment,
  type Channel,
  type Guild,
  isThread,
  type Message,
  type User,
  type World,
} from './world.ts'

export function userJson(user: User): object {
  return {
    id: user.id,
    username: user.username,
    global_name: user.displayName,
    discriminator: '0',
    avatar: null,
    bot: user.bot,
  }
}

export function memberJson(user: User, permissions: bigint): object {
  return {
    user: userJson(user),
    nick: null,
    roles: [],
    joined_at: '2025-01-01T00:00:00.000000+00:00',
    deaf: false,
    mute: false,
    flags: 0,
    permissions: permissions.toString(),
  }
}

export function channelJson(channel: Channel): object {
  const base = { id: channel.id, type: channel.type, name: channel.name, flags: 0 }
  switch (channel.type) {
    case 1:
    case 3:
      return { ...base, recipients: channel.members.map(userJson), last_message_id: null }
    case 11:
    case 12:
      return {
        ...base,
        guild_id: channel.guild?.id,
        parent_id: channel.parentId,
        owner_id: channel.ownerId,
        message_count: 0,
        member_count: 1,
        thread_metadata: {
          archived: channel.archived,
          locked: channel.locked,
          auto_archive_duration: 1440,
          archive_timestamp: '2026-01-01T00:00:00.000000+00:00',
        },
      }
    default:
      return {
        ...base,
        guild_id: channel.guild?.id,
        nsfw: channel.nsfw,
        position: 0,
        permission_overwrites: overwritesJson(channel),
      }
  }
}

/** Type 0 is of a role, 1 of a member; everybody's role has the guild's id. */
function overwritesJson({ guild, overwrites }: Channel): object[] {
  return [...overwrites].map(([key, { allow, deny }]) => ({
    id: key === 'everyone' ? guild?.id : key,
    type: key === 'everyone' ? 0 : 1,
    allow: allow.toString(),
    deny: deny.toString(),
  }))
}

/** A guild as its bot hears of it: threads that it cannot see are not among it (topics/threads). */
export function guildJson(guild: Guild, world: World): object {
  const channels = [...world.channels.values()].filter(each => each.guild === guild && !each.deleted)
  const threads = channels.filter(each => isThread(each) && world.sees(world.bot, each))
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    preferred_locale: guild.locale,
    icon: null,
    features: [],
    roles: [{ id: guild.id, name: '@everyone' }, ...guild.roles].map((role, position) => ({
      ...role,
      color: 0,
      hoist: false,
      position,
      permissions: usual.toString(),
      managed: false,
      mentionable: false,
      flags: 0,
    })),
    emojis: [],
    stickers: [],
    members: [memberJson(world.bot, 0n)],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    channels: channels.filter(each => !isThread(each)).map(channelJson),
    threads: threads.map(channelJson),
    member_count: 10,
    large: false,
    unavailable: false,
    joined_at: '2025-01-01T00:00:00.000000+00:00',
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    mfa_level: 0,
    nsfw_level: 0,
    premium_tier: 0,
    system_channel_flags: 0,
    afk_timeout: 300,
  }
}

export function attachmentJson(attachment: Attachment, cdnUrl: string): object {
  return {
    id: attachment.id,
    filename: attachment.filename,
    description: attachment.description,
    content_type: attachment.contentType,
    size: attachment.bytes.length,
    url: `${cdnUrl}/attachments/${attachment.id}/${encodeURIComponent(attachment.filename)}`,
    proxy_url: `${cdnUrl}/attachments/${attachment.id}/${encodeURIComponent(attachment.filename)}`,
    width: attachment.widthPx ?? null,
    height: attachment.heightPx ?? null,
  }
}

export function messageJson(message: Message, cdnUrl: string): object {
  const edited = message.editedAt.at(-1)
  return {
    id: message.id,
    channel_id: message.channel.id,
    author: userJson(message.author),
    content: message.content,
    timestamp: new Date(message.createdAt).toISOString(),
    edited_timestamp: edited === undefined ? null : new Date(edited).toISOString(),
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: message.attachments.map(each => attachmentJson(each, cdnUrl)),
    embeds: message.embeds,
    components: withMediaUrls(message, cdnUrl),
    pinned: false,
    type: message.replyTo === undefined ? 0 : 19,
    flags: message.flags,
    nonce: message.nonce,
    message_reference:
      message.replyTo === undefined
        ? undefined
        : {
            type: 0,
            channel_id: message.channel.id,
            message_id: message.replyTo,
            guild_id: message.channel.guild?.id,
          },
  }
}

/** A shown file comes back with the address it got and the id of its attachment. */
function withMediaUrls(message: Message, cdnUrl: string): unknown {
  return JSON.parse(
    JSON.stringify(message.components, (key, value: unknown) => {
      if (key !== 'media' && key !== 'file') return value
      if (typeof value !== 'object' || value === null || !('url' in value)) return value
      const name = String(value.url).replace('attachment://', '')
      const attachment = message.attachments.find(each => each.filename === name)
      if (!attachment) return value
      const address = `${cdnUrl}/attachments/${attachment.id}/${encodeURIComponent(name)}`
      return {
        url: address,
        proxy_url: address,
        width: attachment.widthPx,
        height: attachment.heightPx,
        content_type: attachment.contentType,
        attachment_id: attachment.id,
      }
    }),
  )
}
