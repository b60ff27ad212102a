import { expect, it } from 'vitest'
import { playSlack } from './slack-scenes.ts'

it('the conversation on Slack can be played, and holds what people must be told', async () => {
  const scenes: string[] = []
  const played = await playSlack(scene => scenes.push(scene))
  const all = scenes.join('\n')
  for (const said of [
    'Painting: step 8 of 20',
    '[ Upscale 4 ]',
    'Refined from an earlier picture',
    'About this picture',
    'Only the person who asked for it',
    'This makes 2 separate requests',
    'Did you mean --seed?',
    '/invite @easel',
    'ran out of memory',
    'Workspace usage',
    'Your picture is ready.',
  ])
    expect(all).toContain(said)
  // One card at a time: nobody was kept waiting.
  expect(all).not.toContain('Accepted.')
  const { pings, links } = played.slack.provoked()
  const { ada, bob } = played.scene
  expect(pings.filter(ping => ping !== `@${ada.id}` && ping !== `@${bob.id}`)).toEqual([])
  expect(links).toEqual([])
  await played.dispose()
})
