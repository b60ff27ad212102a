/** Which of a bot's connections hears of what: guilds are spread by their ids, all else is on the first. */

/** [index, count], as identify names them (events/gateway, Sharding). */
export type Shard = readonly [number, number]

export function isOnShard([index, count]: Shard, guildId: string | undefined): boolean {
  return (guildId === undefined ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(count))) === index
}

/** The guild that an event is about. */
export function guildOf(event: string, d: object): string | undefined {
  const key = event === 'GUILD_CREATE' || event === 'GUILD_DELETE' ? 'id' : 'guild_id'
  const id: unknown = Reflect.get(d, key)
  return typeof id === 'string' ? id : undefined
}
