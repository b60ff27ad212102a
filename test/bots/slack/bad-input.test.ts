/** Bad input on Slack: flags, pictures, buttons and secrets. */
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkPicture } from '../../../src/app/checks/check-picture.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import type { FakeBlock } from '../../fakes/slack/blocks/block-kit.ts'
import type { GivenFile } from '../../fakes/slack/person.ts'
import { SlackTest } from './start-slack.ts'

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start({ easel: { parts: { checkPicture } } })
})
afterEach(() => t.dispose())

function preformattedIn(blocks: readonly FakeBlock[]): string[] {
  return blocks.flatMap(block =>
    block.type === 'rich_text'
      ? block.elements.flatMap(element =>
          element.type === 'rich_text_preformatted'
            ? element.elements.map(part => ('text' in part ? part.text : undefined) ?? '')
            : [],
        )
      : [],
  )
}

describe('flags as phones type them', () => {
  const wanted = {
    kind: 'paint',
    seed: 7,
    widthPx: 160,
    heightPx: 96,
    prompt: { positive: 'a “red” circle', negative: 'dogs, cats' },
  }
  it.each([
    'a “red” circle —seed 7 —no “dogs, cats” —size 160x96',
    'a “red” circle –seed 7 –no “dogs, cats” –size 160×96',
    'a “red” circle ——seed 7 --no dogs, cats ––size 160x96',
    'a “red” circle —Seed=7 —no "dogs, cats" —SIZE=160x96',
  ])('are read: %s', async text => {
    await t.imagine(text)
    await t.scene.ada.mentions(text, t.here)
    await t.calm()
    expect(t.jobs().map(job => job.order)).toMatchObject([wanted, wanted])
  })

  it.each([
    ['a cat —sed 7', 'Did you mean --seed?'],
    ['a cat —frobnicate', '--frobnicate'],
    ['a cat —style baroque', 'baroque'],
    ['a cat —model nothing', 'nothing'],
    ['a cat —strength 0.5', 'strength'],
    ['a cat —size 4x4', '4'],
    ['a cat —seed seven', '--seed'],
    ['a cat —seed', '--seed'],
    ['a cat --seed 1 —seed 2', '--seed'],
  ])('are named where they are wrong, to the requester alone: %s', async (text, named) => {
    await t.imagine(text)
    expect(t.lastTold()).toContain(named)
    // Slack's clients drop the text of a command once it is sent.
    expect(t.lastTold()).toContain(`/imagine ${text}`)
    await t.scene.ada.mentions(text, t.here)
    await t.calm()
    expect(t.told(t.scene.ada)).toHaveLength(2)
    await t.scene.ada.types('/imagine', '', t.here)
    const answer = await t.scene.ada.submits(t.scene.ada.modal, { Prompt: text })
    expect(answer).toMatchObject({ kind: 'errors' })
    expect(JSON.stringify(answer)).toContain(named)
    expect(t.jobs()).toEqual([])
  })
})

it('a fault returns what was typed', async () => {
  t.test.built.db.close()
  await t.scene.ada.types('/imagine', 'a cat --seed 7', t.here)
  await t.adapter.idle()
  expect(t.lastTold()).toContain('/imagine a cat --seed 7')
})

it.each([7000, 40_000])('a command of %i characters comes back whole', async length => {
  const { ada } = t.scene
  const text = `a cat ${'🐈'.repeat(length / 2)} --bogus`
  await t.imagine(text)
  const told = t.slack.ephemeralMessages(ada)
  const commands = told.flatMap(post => preformattedIn(post.blocks))
  expect(commands.join('')).toBe(`/imagine ${text}`)
  for (const part of commands) expect(part).toBe(Buffer.from(part).toString())
  expect(t.lastTold()).toContain('no flag --bogus')
  expect(t.slack.world.posts.filter(post => post.onlyFor === undefined)).toEqual([])
})

describe('pictures that Slack gives other names', () => {
  async function photo(format: 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff', side = 64): Promise<Uint8Array> {
    const plain = sharp({ create: { width: side, height: side, channels: 3, background: '#c83232' } })
    return new Uint8Array(await plain.toFormat(format).toBuffer())
  }
  const heic = new Uint8Array(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\0', 'latin1'))

  async function given(file: GivenFile): Promise<void> {
    const { ada } = t.scene
    await ada.mentions('as a painting', t.here, [file])
    await t.calm()
  }

  it.each([
    ['a JPEG called .jfif', 'photo.jfif', () => photo('jpeg')],
    ['a PNG called .jpg', 'IMG_0001.jpg', () => photo('png')],
    ['a WebP called .png', 'Screenshot.PNG', () => photo('webp')],
    ['a JPEG without an ending', 'image', () => photo('jpeg')],
  ])('are taken for what they are: %s', async (_what, name, bytes) => {
    await given({ name, bytes: await bytes() })
    expect(t.jobs()).toHaveLength(1)
    expect(t.jobs()[0]?.order).toMatchObject({ source: { strength: expect.any(Number) } })
  })

  it.each([
    ['an iPhone’s HEIC', 'IMG_0002.HEIC', async () => heic, 'HEIC'],
    ['a HEIC called .jpg', 'IMG_0002.jpg', async () => heic, 'HEIC'],
    ['a TIFF', 'scan.tiff', () => photo('tiff'), 'TIFF'],
    [
      'a text called .png',
      'notes.png',
      async () => new Uint8Array(Buffer.from('just words')),
      'not a picture',
    ],
    ['half a JPEG', 'half.jpg', async () => (await photo('jpeg', 300)).slice(0, 700), 'damaged'],
  ])('are refused with the formats that can be had: %s', async (_what, name, bytes, reason) => {
    const file = { name, bytes: await bytes() }
    await given(file)
    expect(t.lastTold()).toMatch(new RegExp(`^That picture cannot be used: .*${reason}`, 'i'))
    const { ada } = t.scene
    await ada.types('/imagine', '', t.here)
    const answer = await ada.submits(ada.modal, { Prompt: 'as a painting', 'Start from a picture': file })
    expect(answer).toMatchObject({
      kind: 'errors',
      errors: { source: expect.stringMatching(/^That picture/) },
    })
    expect(t.jobs()).toEqual([])
  })

  it('are not downloaded if they are too large or of another workspace', async () => {
    await given({ name: 'huge.png', bytes: new Uint8Array(20 * 1024 * 1024 + 1) })
    expect(t.lastTold()).toBe('That file is too large; at most 20.0 MB.')

    const stranger = t.slack.addPerson(t.slack.addTeam('umbrella'), 'Zoe')
    const room = t.slack.addChannel(t.slack.world.team(stranger.member.teamId), 'room')
    stranger.writes('secret', { channelId: room.id }, [{ name: 'secret.png', bytes: await photo('png') }])
    const secret = [...t.slack.world.files.values()].at(-1)
    const post = t.scene.bob.writes('look', t.here, [{ name: 'x.png', bytes: new Uint8Array([1]) }])
    post.fileIds[0] = secret?.id ?? ''
    await t.scene.ada.usesShortcut('use_as_source', post)
    const answer = await t.scene.ada.submits(t.scene.ada.modal, { Prompt: 'as a painting' })
    expect(answer).toEqual({
      kind: 'errors',
      errors: { prompt: 'That picture could not be fetched. Please send it again.' },
    })
    expect(t.jobs()).toEqual([])
  })
})

describe('buttons that we did not make', () => {
  it('do nothing but say so', async () => {
    const { bob } = t.scene
    await t.imagine('a red circle')
    const [card] = t.cards()
    const [result] = card ? t.thread(card) : []
    if (result === undefined) throw new Error('no result')
    const before = t.slack.world.posts.filter(post => post.onlyFor === undefined).length
    const forged = [
      'x',
      'refine',
      'refine:',
      'refine:nothing',
      'cancel:nothing',
      'delete:../../etc',
      'confirm:x',
    ]
    for (const value of [...forged, 'refine:x\0', `vary-strong:${'x'.repeat(1900)}`, '🎨:🎨', '{"a":1}']) {
      await bob.pressesRaw(result, { action_id: value.slice(0, 255), value })
      await t.calm()
      expect(t.lastTold(bob), value).not.toBe('')
      expect(t.told(bob).filter(text => text.includes('internal'))).toEqual([])
    }
    expect(t.told(bob)).toHaveLength(forged.length + 4)
    expect(t.slack.world.posts.filter(post => post.onlyFor === undefined)).toHaveLength(before)
    expect(t.jobs()).toHaveLength(1)
    expect(t.test.log.faults).toEqual([])
  })
})

describe('secrets', () => {
  it('stay out of everything that is said and logged', async () => {
    const { ada, team, channel } = t.scene
    await t.imagine('a red circle')
    await ada.mentions('a blue square —sed 3', t.here)
    await t.calm()
    team.installed = false
    await ada.types('/imagine', 'a last cat', t.here)
    await t.calm()
    const said = JSON.stringify([t.slack.world.posts, t.test.log.lines, [...t.slack.world.views.values()]])
    for (const secret of [team.botToken, t.slack.appToken, t.slack.signingSecret])
      expect(said).not.toContain(secret)
    expect(JSON.stringify(t.test.log.lines.filter(line => line.level !== 'debug'))).not.toContain(
      'red circle',
    )
    expect(readFileSync(`${packageRoot}/config/example.env`, 'utf8')).not.toMatch(/xoxb-|xapp-/)
    expect(channel.archived).toBe(false)
  })
})
