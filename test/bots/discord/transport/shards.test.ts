/** A bot in so many servers that Discord wants several connections: one process holds them all, and nobody notices. */
import { afterEach, expect, it } from 'vitest'
import { isOnShard } from '../../../fakes/discord/transport/shards.ts'
import { Asking } from '../asking.ts'

let asking: Asking
afterEach(() => asking.dispose())

it('answers in servers of every connection, and direct messages, once each', async () => {
  asking = await Asking.start({ shards: 3 })
  const { ada, discord, test } = asking
  expect(discord.gateway.identifies).toBe(3)
  const guilds = Array.from({ length: 6 }, (_, i) => {
    // Ids made in different milliseconds are spread over the connections.
    test.clock.advance(1)
    return discord.guild(`Guild ${i}`)
  })
  const shards = guilds.map(({ id }) => [0, 1, 2].findIndex(shard => isOnShard([shard, 3], id)))
  expect(new Set(shards).size).toBe(3)

  const channels = guilds.map(guild => discord.channel('pictures', guild))
  for (const channel of [...channels, discord.world.directChannel(ada.user)]) {
    await asking.types(ada, channel, '/imagine', { prompt: 'a red circle' })
    expect(asking.result.channel === channel || asking.result.channel.parentId === channel.id).toBe(true)
  }
  expect(discord.refused).toEqual([])
  expect(discord.commands.writes).toBe(1)
})
