/** The prompt of a command as its author saw it: with names in the place of Discord's ids (reference, Message Formatting). */
import { type ChatInputCommandInteraction, GuildMember, PermissionFlagsBits } from 'discord.js'
import { utc } from '../../../words/moment.ts'
import { sanitizeName, withNames } from '../../chat/mentioned-names.ts'

const customEmoji = /<a?:(\w{1,40}):\d{1,20}>/g
const person = /<@!?(\d{1,20})>/g
const role = /<@&(\d{1,20})>/g
const channel = /<#(\d{1,20})>/g
const command = /<(\/[-\w ]{1,100}):\d{1,20}>/g
/** Seconds since 1970, up to the year 2286. */
const time = /<t:(\d{1,10})(?::[tTdDfFsSR])?>/g

export async function withoutIds(prompt: string, typed: ChatInputCommandInteraction): Promise<string> {
  const { client, guild } = typed
  const withEmoji = prompt.replaceAll(customEmoji, (_all, name: string) => sanitizeName(name))
  const plain = withEmoji
    .replaceAll(command, '$1')
    .replaceAll(time, (_all, seconds: string) => utc(Number(seconds) * 1000))
  const withPeople = await withNames(plain, person, async id => {
    const user = await client.users.fetch(id).catch(() => undefined)
    return user?.displayName
  })
  const withRoles = await withNames(withPeople, role, async id => guild?.roles.cache.get(id)?.name)
  return withNames(withRoles, channel, async id => channelName(id, typed), '#')
}

/** The name of a channel that the author may see, otherwise undefined, because an id can be typed by hand. */
function channelName(id: string, { guild, member }: ChatInputCommandInteraction): string | undefined {
  const found = guild?.channels.cache.get(id)
  if (found === undefined || !(member instanceof GuildMember)) return undefined
  return found.permissionsFor(member).has(PermissionFlagsBits.ViewChannel) ? found.name : undefined
}
