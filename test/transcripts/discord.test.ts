import { expect, it } from 'vitest'
import { playDiscord } from './discord-scenes.ts'

it('the conversation on Discord can be played, and holds what people must be told', async () => {
  const scenes: string[] = []
  const played = await playDiscord(scene => scenes.push(scene))
  const all = scenes.join('\n')
  for (const said of [
    'Painting: step 8 of 20',
    '[Upscale 4]',
    'Refined from an earlier picture',
    'About this picture',
    'Only the person who asked for it',
    'This makes 2 separate requests',
    'Did you mean --seed?',
    'Create Public Threads',
    'Send Messages',
    'Attach Files',
    'comes as a direct message',
    'so here it is',
    'could not be painted',
    'only Eve sees this, Eve used /stats',
    'Your picture is ready.',
    'Delete this?',
    'Everything of yours is deleted',
    '精修',
  ])
    expect(all).toContain(said)
  const { world, links, mentions, refused, limits } = played.discord
  // Whoever waits is mentioned, and nobody else.
  expect(world.pings.filter(ping => !/^\d+: <@\d+>$/.test(ping))).toEqual([])
  expect(links).toEqual([])
  expect(mentions.length).toBe(world.pings.length)
  expect(refused).toEqual([])
  expect(limits.refused).toBe(0)
  await played.dispose()
})
