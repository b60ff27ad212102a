/** Forms, shortcuts and commands on Slack, as people see them; the engine is a fake painter. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { en } from '../../../src/words/en.ts'
import { buttonsOf } from '../../fakes/slack/blocks/block-kit.ts'
import type { Post } from '../../fakes/slack/world.ts'
import { foreignPicture } from '../../helpers/pictures/foreign-pictures.ts'
import { lastOf, SlackTest } from './start-slack.ts'

const labels = (post: Post) => buttonsOf(post.blocks).map(({ button }) => button.text.text)
const pictures = (post: Post) => post.blocks.filter(block => block.type === 'image').length
const eight = ['Refine', 'Vary (subtle)', 'Vary (strong)', 'Upscale ×2', 'Re-roll', 'Remix', 'Info', 'Delete']

let t: SlackTest
afterEach(() => t.dispose())

describe('forms, shortcuts and commands on Slack', () => {
  beforeEach(async () => {
    t = await SlackTest.start()
  })

  it('opens a form where nothing is typed, and says beside its fields what is wrong', async () => {
    const { ada, channel } = t.scene
    await ada.types('/imagine', '', { channelId: channel.id })
    const wrong = await ada.submits(ada.modal, { Prompt: 'a cat', Seed: 'seven' })
    expect(wrong).toMatchObject({ kind: 'errors', errors: { seed: expect.stringContaining('whole number') } })
    const answer = await ada.submits(ada.modal, {
      Prompt: 'a cat',
      Seed: '7',
      'How many': '3',
      'Aspect ratio': '3:2',
    })
    expect(answer).toEqual({ kind: 'closed' })
    await t.calm()
    const result = lastOf(t.thread(lastOf(t.cards())))
    expect(pictures(result)).toBe(3)
    await ada.presses(result, 'More 2')
    await t.calm()
    await ada.presses(lastOf(t.slack.ephemeralMessages(ada)), 'Info')
    await t.calm()
    expect(t.text(lastOf(t.slack.ephemeralMessages(ada)))).toContain('Seed: 8')
  })

  it('starts from a picture in the form, with any file type of Slack', async () => {
    const { ada, channel } = t.scene
    await ada.types('/imagine', '', { channelId: channel.id })
    const picture = { name: 'photo.jpeg', bytes: new Uint8Array([1, 2, 3]) }
    await ada.submits(ada.modal, { Prompt: 'a cat', 'Start from a picture': picture })
    await t.calm()
    const [job] = t.jobs(1)
    expect(job?.order).toMatchObject({ kind: 'paint', source: { strength: expect.any(Number) } })
    expect(t.slack.api.deniedDownloads).toBe(0)
  })

  it('starts from any message with a picture, ours or somebody’s', async () => {
    const { ada, bob, channel } = t.scene
    const photo = bob.writes('look', { channelId: channel.id }, [
      { name: 'me.png', bytes: new Uint8Array([9]) },
    ])
    await ada.usesShortcut('use_as_source', photo)
    await ada.submits(ada.modal, { Prompt: 'as a painting' })
    await t.calm()
    const painted = lastOf(t.thread(lastOf(t.cards())))
    expect(pictures(painted)).toBe(1)

    await ada.usesShortcut('use_as_source', painted)
    const mask = { name: 'mask.png', bytes: new Uint8Array([8]) }
    await ada.submits(ada.modal, { Prompt: 'as a drawing', [en.chat.pictures.mask]: mask })
    await t.calm()
    const drawn = lastOf(t.thread(lastOf(t.cards())))
    expect(t.text(drawn)).toContain('as a drawing')
    const jobs = t.jobs(10)
    const masked = jobs.filter(({ order }) => order.kind === 'paint' && order.source?.maskId !== undefined)
    expect(masked.map(({ promptAsTyped }) => promptAsTyped)).toEqual(['as a drawing'])
    expect(t.test.queue()).toEqual([])

    const plain = bob.writes('no picture here', { channelId: channel.id })
    await ada.usesShortcut('use_as_source', plain)
    await t.calm()
    expect(t.told(ada).at(-1)).toContain('no picture in that message')
  })

  it('reads the parameters back, from our message and from a copy of our file', async () => {
    const { ada, bob, channel } = t.scene
    await ada.types('/imagine', 'a red circle --seed 7', { channelId: channel.id })
    await t.calm()
    const result = lastOf(t.thread(lastOf(t.cards())))
    await bob.usesShortcut('image_info', result)
    await t.calm()
    expect(t.told(bob).at(-1)).toContain('Seed: 7')

    const [file] = [...t.slack.world.files.values()].filter(
      ({ ownerId }) => ownerId === t.scene.team.botUserId,
    )
    const copy = bob.writes('mine now', { channelId: channel.id }, [
      { name: 'x.png', bytes: file?.bytes ?? new Uint8Array() },
    ])
    await ada.usesShortcut('image_info', copy)
    const stranger = bob.writes('and this', { channelId: channel.id }, [
      { name: 'y.png', bytes: new Uint8Array([1]) },
    ])
    await bob.usesShortcut('image_info', stranger)
    await t.calm()
    expect(t.told(ada).at(-1)).toContain('Seed: 7')
    expect(t.told(bob).at(-1)).toContain('not one of mine')
  })

  it('reads what another program wrote, and begins a form with its prompts', async () => {
    const { ada, bob, channel } = t.scene
    const photo = bob.writes('look', { channelId: channel.id }, [
      { name: 'c.png', bytes: foreignPicture('comfy.png') },
    ])
    await ada.usesShortcut('image_info', photo)
    await t.calm()
    expect(t.told(ada).at(-1)).toContain('Seed: 8566257')
    expect(t.told(ada).at(-1)).toContain('masterpiece best quality girl --no bad hands')
    await ada.usesShortcut('use_as_source', photo)
    expect(JSON.stringify(ada.modal)).toContain('masterpiece best quality girl')
  })

  it('shows figures, running jobs and defaults on the home, and the stats to admins alone', async () => {
    const [workers] = t.test.devices
    if (workers === undefined) throw new Error('no workers')
    const { ada, eve, channel } = t.scene
    await ada.types('/imagine', 'a finished cat', { channelId: channel.id })
    await t.calm()
    workers.mode = 'by-hand'
    await ada.types('/imagine', 'a waiting cat', { channelId: channel.id })
    await t.test.until(() => workers.underway.length === 1)
    await ada.opensHome()
    await eve.opensHome()
    const home = ada.home
    if (home === undefined) throw new Error('no home')
    const text = (view: typeof home) => t.slack.viewText(view)
    expect(text(home)).toContain('2 pictures in 2 jobs')
    expect(text(home)).toContain('a waiting cat')
    expect(text(home)).not.toContain('Workspace usage')
    expect(eve.home && text(eve.home)).toContain('Workspace usage')

    await ada.pressesIn(home, 'Save', { 'What should never be in a picture': 'dogs', 'How many': '2' })
    await t.adapter.idle()
    expect(text(home)).toContain('Your defaults are saved.')
    await ada.pressesIn(home, 'Cancel')
    workers.current.step()
    await t.calm()
    expect(t.test.queue()).toEqual([])
    workers.mode = 'at-once'
    await ada.types('/imagine', 'cats', { channelId: channel.id })
    await t.calm()
    expect(pictures(lastOf(t.thread(lastOf(t.cards()))))).toBe(2)
  })

  it('answers /easel, each word to the requester alone', async () => {
    const { ada, eve, channel } = t.scene
    const place = { channelId: channel.id }
    await ada.types('/imagine', 'a red circle', place)
    await t.calm()
    const words: [string, string][] = [
      ['help', '/imagine a lighthouse'],
      ['queue', 'Nothing is waiting'],
      ['usage', '1 picture in 1 job'],
      ['models', 'demo'],
      ['stats', 'Only admins'],
      ['dance', 'There is no command “/easel dance”'],
      ['show', '/easel show ID needs the id of a picture.'],
      ['show nothing', 'no picture with that id'],
    ]
    for (const [word, answer] of words) {
      await ada.types('/easel', word, place)
      await t.adapter.idle()
      expect(t.told(ada).at(-1), word).toContain(answer)
    }
    const [job] = t.jobs(1)
    await t.over(ada.types('/easel', `show ${job?.pictures[0]?.id}`, place))
    await t.calm()
    const shown = lastOf(t.cards())
    expect(pictures(shown)).toBe(1)
    expect(labels(shown)).toEqual(eight)

    await eve.types('/easel', 'stats 7', place)
    await t.calm()
    const [figures, files] = t.cards(eve.direct.id)
    expect(figures && t.text(figures)).toContain('The last 7 days')
    const names = files?.fileIds.map(id => t.slack.world.files.get(id)?.name)
    expect(names).toEqual(['easel-stats.png', 'easel-stats.csv'])

    await ada.types('/easel', 'settings', place)
    await ada.submits(ada.modal, { Size: '64x64' })
    await t.adapter.idle()
    expect(t.told(ada).at(-1)).toContain('saved')

    await ada.types('/easel', 'forget me', place)
    await ada.presses(lastOf(t.slack.ephemeralMessages(ada)), 'Delete everything of mine')
    await t.calm()
    expect(t.told(ada).at(-1)).toContain('1 request')
    expect(
      t
        .cards()
        .map(post => t.text(post))
        .join(),
    ).not.toContain('a red circle on')
  })

  it('asks before it makes many of one, and does it once', async () => {
    const { ada, bob, channel } = t.scene
    await ada.types('/imagine', 'a {red,green} cat', { channelId: channel.id })
    const question = lastOf(t.slack.ephemeralMessages(ada))
    expect(t.text(question)).toContain('a green cat')
    await ada.presses(question, 'Paint all 2')
    await ada.presses(question, 'Paint all 2')
    await bob.presses(question, 'Paint all 2')
    await t.calm()
    expect(t.cards()).toHaveLength(1)
    expect(t.thread(lastOf(t.cards()))).toHaveLength(2)
    expect(t.told(bob).at(-1)).toContain(en.problems['not-yours']({}))
  })

  it('makes many of one after the process was killed between the question and its answer', async () => {
    const { ada, channel } = t.scene
    await ada.types('/imagine', 'a {red,green} cat', { channelId: channel.id })
    const question = lastOf(t.slack.ephemeralMessages(ada))
    await t.restart('crash')
    await ada.presses(question, 'Paint all 2')
    await t.calm()
    expect(t.cards()).toHaveLength(1)
    expect(t.thread(lastOf(t.cards()))).toHaveLength(2)
  })

  it('speaks Chinese to people with a Chinese client', async () => {
    const { channel, team } = t.scene
    const mei = t.slack.addPerson(team, '梅', { locale: 'zh-CN' })
    channel.members.add(mei.id)
    await mei.types('/easel', 'queue', { channelId: channel.id })
    expect(t.told(mei).at(-1)).toContain('没有')
    await mei.types('/imagine', '一只猫', { channelId: channel.id })
    await t.calm()
    expect(labels(lastOf(t.thread(lastOf(t.cards()))))).toContain('删除')
  })
})
