/** A day with Easel on Slack, scene by scene; the engine is a fake painter, everything else is real. */
import { AppError } from '../../src/errors/errors.ts'
import { SlackTest } from '../bots/slack/start-slack.ts'
import { buttonsOf } from '../fakes/slack/blocks/block-kit.ts'
import { Narrator } from '../fakes/slack/narrator.ts'
import type { Post } from '../fakes/slack/world.ts'

/** Plays it all and hands every scene to `tell`: what somebody did, and what became visible. */
export async function playSlack(tell: (scene: string) => void): Promise<SlackTest> {
  const t = await SlackTest.start({
    easel: {
      config: { notify: true, styles: [{ name: 'ink', prompt: 'ink drawing of {prompt}', negative: '' }] },
    },
  })
  const { ada, bob, eve, channel } = t.scene
  const here = { channelId: channel.id }
  const narrator = new Narrator(t.slack.world)
  const scene = async (what: string, act: () => Promise<unknown>, settle = () => t.calm()) => {
    await act()
    await settle()
    // Nobody types as fast as a test: the channel's rate limit is whole again.
    t.clock.advance(10_000)
    tell([`── ${what}`, ...narrator.news()].join('\n\n'))
  }
  const threads = () => t.cards().flatMap(card => t.thread(card))
  const lastWith = (label: string): Post => {
    const found = threads().findLast(post =>
      buttonsOf(post.blocks).some(({ button }) => button.text.text === label),
    )
    if (found === undefined) throw new Error(`no message with ${label}`)
    return found
  }
  const { workers } = t.test
  const begun = () => t.test.until(() => workers.underway.length > 0 && threads().length > 0)

  workers.mode = 'by-hand'
  await scene(
    'Ada types: /imagine a lighthouse at dusk --ar 3:2 --seed 7',
    () => ada.types('/imagine', 'a lighthouse at dusk --ar 3:2 --seed 7', here),
    begun,
  )
  await scene(
    'Bob types: /imagine a fox in the snow --n 4',
    () => bob.types('/imagine', 'a fox in the snow --n 4 --seed 11', here),
    async () => {
      await t.test.until(() => threads().length === 2)
      await t.test.built.delivered()
    },
  )
  await scene(
    'Bob types: /easel queue',
    () => bob.types('/easel', 'queue', here),
    () => t.adapter.idle(),
  )
  await scene(
    'Eight steps are painted',
    async () => workers.current.step(8),
    () => t.passing(() => threads().some(post => t.text(post).includes('step 8'))),
  )
  workers.mode = 'at-once'
  await scene('Both pictures are ready', async () => workers.current.finish())
  await scene('Bob presses Refine 2 under his foxes', () => bob.presses(lastWith('Refine 2'), 'Refine 2'))
  await scene('Ada presses Vary (subtle) under the refined fox', () =>
    ada.presses(lastWith('Vary (subtle)'), 'Vary (subtle)'),
  )
  await scene('Ada presses Upscale ×2', () => ada.presses(lastWith('Upscale ×2'), 'Upscale ×2'))
  await scene('Bob presses Remix under it', () => bob.presses(lastWith('Remix'), 'Remix'))
  await scene('Bob changes the prompt and sends the form', () =>
    bob.submits(bob.modal, { Prompt: 'an owl in the snow' }),
  )
  await scene('Ada presses Info under the owl', () => ada.presses(lastWith('Info'), 'Info'))
  await scene('Ada presses Delete under Bob’s owl', () => ada.presses(lastWith('Delete'), 'Delete'))
  await scene('Bob presses Delete himself', () => bob.presses(lastWith('Delete'), 'Delete'))
  await scene('Ada types: /imagine', () => ada.types('/imagine', '', here))
  await scene('Ada sends the form without a prompt, then with one', async () => {
    const answer = await ada.submits(ada.modal, { Prompt: ' ' })
    tell(`beside the field: ${answer.kind === 'errors' ? Object.values(answer.errors).join(' ') : ''}`)
    await ada.submits(ada.modal, { Prompt: 'a harbour', Style: 'ink' })
  })
  await scene('Ada mentions Easel in a thread that she began', async () => {
    const talk = ada.writes('what shall hang in the hall?', here)
    await ada.mentions('a map of the coast —seed 3', { ...here, threadTs: talk.ts })
  })
  await scene('Ada types: /imagine a {red,green} boat', () =>
    ada.types('/imagine', 'a {red,green} boat', here),
  )
  await scene('Ada types: /imagine a cat --sed 3 --steps 900', () =>
    ada.types('/imagine', 'a cat --sed 3 --steps 900', here),
  )
  await scene('Bob uses Image info on a photo of his own', async () => {
    const photo = bob.writes('my holiday', here, [{ name: 'beach.jpg', bytes: new Uint8Array([1]) }])
    await bob.usesShortcut('image_info', photo)
  })
  await scene('Ada asks where Easel is not a member', async () => {
    workers.mode = 'by-hand'
    const elsewhere = t.slack.addChannel(t.scene.team, 'elsewhere', { withoutBot: true })
    const before = t.told(ada).length
    await ada.types('/imagine', 'a cat', { channelId: elsewhere.id })
    await t.passing(() => t.told(ada).length > before)
    // A worker notices at its next step that its job was cancelled.
    for (const run of workers.underway) run.step()
    workers.mode = 'at-once'
  })
  await scene('The painter runs out of memory under Bob’s dragon', async () => {
    workers.mode = 'by-hand'
    await bob.types('/imagine', 'a dragon', here)
    await begun()
    for (let tries = 0; tries < 3; tries++) {
      await t.passing(() => workers.underway.length > 0)
      workers.current.fail(new AppError('out-of-memory', { device: 'cuda:0' }))
    }
    workers.mode = 'at-once'
  })
  for (const word of ['help', 'models', 'usage', 'dance', 'forget me'])
    await scene(`Ada types: /easel ${word}`, () => ada.types('/easel', word, here))
  await scene('Ada types: /easel settings', () => ada.types('/easel', 'settings', here))
  await scene('Eve, an admin, types: /easel stats 7', () => eve.types('/easel', 'stats 7', here))
  await scene('Eve opens Easel’s Home', () => eve.opensHome())
  return t
}
