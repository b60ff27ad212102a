/** The whole way of a request through Slack, as people see it; the engine is a fake painter. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buttonsOf } from '../../fakes/slack/blocks/block-kit.ts'
import type { Post } from '../../fakes/slack/world.ts'
import { lastOf, SlackTest } from './start-slack.ts'

const labels = (post: Post) => buttonsOf(post.blocks).map(({ button }) => button.text.text)
const pictures = (post: Post) => post.blocks.filter(block => block.type === 'image').length
const eight = ['Refine', 'Vary (subtle)', 'Vary (strong)', 'Upscale ×2', 'Re-roll', 'Remix', 'Info', 'Delete']

let t: SlackTest
afterEach(() => t.dispose())

describe.each([
  ['Socket Mode', {}],
  ['HTTP', { slack: { transport: 'http' as const } }],
])('a story over %s', (_name, options) => {
  beforeEach(async () => {
    t = await SlackTest.start(options)
  })

  it('goes from /imagine by every button to Delete, with a restart between presses', async () => {
    const { ada, bob, channel } = t.scene
    await ada.types('/imagine', 'a red circle on a blue background --seed 7', { channelId: channel.id })
    await t.calm()
    const card = lastOf(t.cards())
    expect(t.text(card)).toContain('a red circle on a blue background')
    expect(t.thread(card)).toHaveLength(1)
    const result = lastOf(t.thread(card))
    expect(pictures(result)).toBe(1)
    expect(t.text(result)).toContain('Asked by Ada')
    expect(t.text(result)).not.toContain('/imagine')
    expect(labels(result)).toEqual(eight)

    for (const label of ['Refine', 'Vary (subtle)', 'Vary (strong)', 'Upscale ×2', 'Re-roll']) {
      await t.restart()
      const before = t.thread(card)
      await bob.presses(lastOf(before), label)
      await t.calm()
      const after = t.thread(card)
      expect(after, label).toHaveLength(before.length + 1)
      expect(pictures(lastOf(after)), label).toBe(1)
      expect(labels(lastOf(after)), label).toContain('Delete')
      expect(t.linkedFrom(lastOf(after)), label).toEqual([lastOf(before).ts])
    }
    // The upscale has no words of its own to roll again with; the first result is as alive as ever.
    await t.restart()
    await bob.presses(result, 'Remix')
    await bob.submits(bob.modal, { Prompt: 'a green square' })
    await t.calm()
    const remixed = lastOf(t.thread(card))
    expect(t.text(remixed)).toContain('a green square')
    expect(pictures(remixed)).toBe(1)

    await t.restart()
    await ada.presses(remixed, 'Info')
    await t.calm()
    expect(lastOf(t.slack.ephemeralMessages(ada)).threadTs).toBe(card.ts)
    expect(t.told(ada).at(-1)).toContain('Seed: 7')

    await ada.presses(remixed, 'Delete')
    await t.calm()
    expect(t.told(ada).at(-1)).toContain('Only the person who asked')
    await bob.presses(remixed, 'Delete')
    await t.calm()
    expect(t.thread(card).map(post => post.ts)).not.toContain(remixed.ts)
    expect(t.slack.provoked()).toEqual({ pings: [], links: [] })
    expect(t.test.log.faults).toEqual([])
  })
})

describe('what Slack adds to the story', () => {
  beforeEach(async () => {
    t = await SlackTest.start()
  })

  it('shows a set of four in one message, numbered', async () => {
    const { ada, channel } = t.scene
    await ada.types('/imagine', 'four cats --n 4', { channelId: channel.id })
    await t.calm()
    const result = lastOf(t.thread(lastOf(t.cards())))
    expect(pictures(result)).toBe(4)
    expect(labels(result)).toEqual([
      ...[1, 2, 3, 4].map(n => `Refine ${n}`),
      ...[1, 2, 3, 4].map(n => `Vary ${n}`),
      ...[1, 2, 3, 4].map(n => `Upscale ${n}`),
      ...[1, 2, 3, 4].map(n => `More ${n}`),
      ...['Re-roll', 'Delete'],
    ])
  })

  it('shows place and steps in the placeholder, then forgets them', async () => {
    const [workers] = t.test.devices
    if (workers === undefined) throw new Error('no workers')
    workers.mode = 'by-hand'
    const { ada, channel } = t.scene
    await ada.types('/imagine', 'a slow circle', { channelId: channel.id })
    await t.test.until(
      () => t.cards().flatMap(card => t.thread(card)).length === 1 && workers.underway.length === 1,
    )
    const placeholder = lastOf(t.thread(lastOf(t.cards())))
    expect(labels(placeholder)).toEqual(['Cancel'])
    workers.current.step(5)
    await t.passing(() => t.text(placeholder).includes('step 5 of 20'))
    expect(t.text(placeholder)).toContain('▰▰▰▰▰▱')
    workers.current.step(15)
    workers.current.finish()
    await t.calm()
    expect(t.text(placeholder)).not.toContain('step 5')
    expect(pictures(placeholder)).toBe(1)
    expect(t.text(lastOf(t.cards()))).not.toContain('queue')
  })

  it('answers in place in direct messages', async () => {
    const { ada } = t.scene
    await ada.types('/imagine', 'a private circle', { channelId: ada.direct.id })
    await ada.says('another private circle')
    await t.calm()
    const posts = t.cards(ada.direct.id).filter(post => post.authorId !== ada.id)
    expect(posts.map(pictures)).toEqual([1, 1])
    await ada.presses(lastOf(posts), 'Re-roll')
    await t.calm()
    expect(t.cards(ada.direct.id).map(pictures)).toEqual([0, 1, 1, 1])
  })

  it('does in a thread, by a mention, what the slash command cannot', async () => {
    const { ada, channel } = t.scene
    const talk = ada.writes('what shall we paint?', { channelId: channel.id })
    const thread = { channelId: channel.id, threadTs: talk.ts }
    await expect(ada.types('/imagine', 'a cat', thread)).rejects.toThrow('not supported in threads')
    await ada.mentions('a <b>bold</b> cat & a dog --n 2', thread)
    await t.calm()
    const result = lastOf(t.thread(talk))
    expect(t.text(result)).toContain('a <b>bold</b> cat & a dog')
    expect(pictures(result)).toBe(2)
    await ada.mentions('', thread)
    await t.calm()
    expect(t.told(ada).at(-1)).toContain('Mention me with what to paint')
  })
})
