/** /imagine, its completion and its buttons on Discord, and what comes of them. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Easel } from '../../../../src/app/easel.ts'
import { encodeButtonId } from '../../../../src/bots/messages/buttons.ts'
import { AppError } from '../../../../src/errors/errors.ts'
import { en } from '../../../../src/words/en.ts'
import { zhCn } from '../../../../src/words/zh-cn/index.ts'
import { tinyPng } from '../../../helpers/pictures/tiny-png.ts'
import { Asking } from '../asking.ts'

let asking: Asking

beforeEach(async () => {
  asking = await Asking.start()
})
afterEach(async () => {
  const { refused, world } = asking.discord
  await asking.dispose()
  expect(refused.filter(({ code }) => code === undefined || !expectedRefusals.has(code))).toEqual([])
  expect(world.pings).toEqual([])
})

/** Of an event that came twice, and of one that came late, the acknowledgement is refused and does no harm. */
const expectedRefusals: ReadonlySet<number> = new Set([40060, 10062])

const picture = { filename: 'cat.png', contentType: 'image/png', bytes: tinyPng(64, 64, [10, 20, 30]) }

describe('/imagine', () => {
  it('turns typed options and flags in the prompt into one job, and leaves nothing private behind', async () => {
    await asking.types(asking.ada, asking.channel, '/imagine', {
      prompt: 'a red circle --n 1 --steps 12',
      negative: 'blue',
      aspect: '1:1',
      count: 1,
      seed: 7,
      guidance: 5,
      sampler: 'heun',
    })
    expect(asking.lastOrder()).toMatchObject({
      count: 1,
      seed: 7,
      prompt: { positive: 'a red circle', negative: 'blue' },
      sampling: { steps: 12, guidance: 5, sampler: 'heun' },
    })
    expect(asking.jobs()[0]?.author).toMatchObject({
      name: 'Ada',
      userId: asking.ada.user.id,
      platform: 'discord',
      spaceId: asking.guild.id,
    })
    expect(asking.told(asking.ada)).toEqual([])
    expect(asking.posts().length).toBeGreaterThan(1)
  })

  it('acknowledges before it works, also where the work takes long', async () => {
    let release = () => {}
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    const { easel } = asking.test
    await asking.restart({
      facade: {
        async imagine(...args) {
          await held
          return easel.imagine(...args)
        },
      },
    })
    const interaction = await asking.ada.types(asking.channel, '/imagine', { prompt: 'a red circle' })
    await asking.discord.until('an acknowledgement', () => interaction.answer !== undefined)
    expect(interaction.answeredAfterMs).toBe(0)
    expect(asking.jobs()).toHaveLength(0)
    asking.test.clock.advance(60_000)
    release()
    await asking.dealtWith(interaction)
    expect(asking.jobs()).toHaveLength(1)
  })

  it('makes one job of an event that Discord delivers twice', async () => {
    const interaction = await asking.types(asking.ada, asking.channel, '/imagine', { prompt: 'a cat' })
    asking.ada.redelivers(interaction)
    await asking.types(asking.ada, asking.channel, '/imagine', { prompt: 'a dog' })
    expect(asking.jobs().map(job => job.promptAsTyped)).toEqual(['a cat', 'a dog'])
  })

  it('paints also where the acknowledgement came too late to be shown', async () => {
    const late = await asking.ada.types(asking.channel, '/imagine', { prompt: 'a cat' })
    asking.test.clock.advance(4000)
    await asking.types(asking.bob, asking.channel, '/imagine', { prompt: 'a dog' })
    expect(late.answer).toBeUndefined()
    expect(asking.jobs().map(job => job.state)).toEqual(['done', 'done'])
  })

  it('says a fault in one sentence, returns what was typed, and goes on', async () => {
    const { easel, log } = asking.test
    const fault = new AppError('storage', { problem: { what: 'disk-full' } })
    await asking.restart({
      facade: {
        imagine: (request, ...more) =>
          request.prompt === 'a cat' ? Promise.reject(fault) : easel.imagine(request, ...more),
      },
    })
    await asking.types(asking.ada, asking.channel, '/imagine', { prompt: 'a cat' })
    const sentence = en.errors.storage({ problem: { what: 'disk-full' } })
    expect(asking.told(asking.ada)).toEqual([`**${sentence}**\n\`\`\`\na cat\n\`\`\``])
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    await asking.types(asking.ada, asking.channel, '/imagine', { prompt: 'a dog' })
    expect(asking.jobs()).toHaveLength(1)
  })

  it('asks before it makes several jobs, and a second yes changes nothing', async () => {
    const { ada, bob, channel } = asking
    await asking.types(ada, channel, '/imagine', { prompt: 'a {red,green} cat', repeat: 2 })
    const [asked] = asking.ephemeralMessages(ada)
    if (asked === undefined) throw new Error('nothing was asked')
    expect(asking.discord.seen(asked)).toContain(en.chat.confirm.title(4))
    expect(asking.jobs()).toHaveLength(0)

    const again = ada.presses(asked, en.chat.confirm.yes(4))
    const twice = ada.presses(asked, en.chat.confirm.yes(4))
    await asking.dealtWith(again)
    await asking.dealtWith(twice)
    expect(asking.jobs()).toHaveLength(4)
    expect(asking.told(ada)).toEqual([en.discord.replies.accepted])

    await asking.types(bob, channel, '/imagine', { prompt: 'a {red,green} dog' })
    await asking.restart()
    const [other] = asking.ephemeralMessages(bob)
    if (other === undefined) throw new Error('nothing was asked')
    await asking.dealtWith(bob.presses(other, en.chat.confirm.yes(2)))
    expect(asking.jobs()).toHaveLength(6)
    expect(asking.told(bob)).toEqual([en.discord.replies.accepted])
  })

  it.each<[string, () => ReturnType<Easel['imagine']>]>([
    ['a fault', () => Promise.reject(new Error('broken'))],
    [
      'a refusal',
      async () => ({ kind: 'refused', problems: [{ code: 'queue-full', details: { limit: 1 } }] }),
    ],
  ])('keeps the question after %s, so that a later yes still counts', async (_, answer) => {
    const { imagine } = asking.test.easel
    let fails = true
    const failing: Easel['imagine'] = (request, caller, options) =>
      options?.confirmed && fails ? answer() : imagine(request, caller, options)
    await asking.restart({ facade: { imagine: failing } })
    const { ada, channel } = asking
    await asking.types(ada, channel, '/imagine', { prompt: 'a {red,green} cat' })
    const [question] = asking.ephemeralMessages(ada)
    if (question === undefined) throw new Error('nothing was asked')
    await asking.dealtWith(ada.presses(question, en.chat.confirm.yes(2)))
    expect(asking.told(ada)).toHaveLength(2)
    expect(asking.told(ada)[0]).toContain(en.chat.confirm.title(2))
    fails = false
    await asking.dealtWith(ada.presses(question, en.chat.confirm.yes(2)))
    expect(asking.jobs()).toHaveLength(2)
  })

  it('starts from an attached picture', async () => {
    await asking.painted({})
    await asking.types(asking.ada, asking.channel, '/imagine', {
      prompt: 'a green square',
      source: picture,
      strength: 0.5,
    })
    expect(asking.lastOrder()).toMatchObject({ source: { strength: 0.5 } })
  })

  it('replies in the language of the person who acts', async () => {
    const lin = asking.discord.person('Lin', { locale: 'zh-CN' })
    await asking.types(lin, asking.channel, '/imagine', { prompt: '一只猫', sampler: 'nothing' })
    const [told] = asking.told(lin)
    expect(told).toContain(zhCn.problems['sampler-unknown']({ name: 'nothing', nearest: [] }))
    await asking.types(lin, asking.channel, '/help')
    expect(asking.told(lin)[1]).toContain(zhCn.help.title)
    const settings = await lin.form(await lin.types(asking.channel, '/settings'))
    expect(settings.title).toBe(zhCn.chat.settings.title)
    const remix = await lin.form(lin.presses(await asking.painted(), en.buttons.remix))
    expect(remix.title).toBe(zhCn.chat.remix)
  })

  it('knows threads, direct messages and groups', async () => {
    const { ada, channel, discord, guild } = asking
    const result = await asking.painted()
    const thread = result.channel
    expect(thread.parentId).toBe(channel.id)
    await asking.types(ada, thread, '/imagine', { prompt: 'in the thread' })
    expect(asking.jobs().at(-1)?.conversation).toMatchObject({
      kind: 'thread',
      channelId: channel.id,
      threadId: thread.id,
    })
    const direct = discord.world.directChannel(ada.user)
    await asking.types(ada, direct, '/imagine', { prompt: 'between us' })
    const [between] = asking.test.jobsIn({ platform: 'discord', spaceId: 'direct', channelId: direct.id }, 5)
    expect(between?.conversation.kind).toBe('direct')
    const group = discord.world.groupChannel([ada.user, asking.bob.user])
    await asking.types(ada, group, '/imagine', { prompt: 'for both of us' })
    const [both] = asking.test.jobsIn({ platform: 'discord', spaceId: 'direct', channelId: group.id }, 5)
    expect(both?.conversation.details).toMatchObject({ answersOnly: true, fillsAnswer: true })
    expect(guild.botIsMember).toBe(true)
  })
})

describe('autocomplete', () => {
  it('offers models, samplers, styles and ratios', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `painter-${i}`)
    const { easel } = asking.test
    const [model] = easel.models()
    if (model === undefined) throw new Error('there is no model')
    await asking.restart({
      facade: { models: () => names.map(name => ({ ...model, name })), styles: () => ['ink', 'oil'] },
    })
    const offered = async (option: string, typed: string) =>
      (await asking.ada.completes(asking.channel, '/imagine', option, typed)).map(({ value }) => value)
    expect(await offered('model', '')).toHaveLength(25)
    expect((await offered('model', '57'))[0]).toBe('painter-57')
    expect(await offered('style', 'i')).toEqual(['ink', 'oil'])
    expect(await offered('sampler', 'heu')).toContain('heun')
    expect(await offered('aspect', '16')).toEqual(['16:9', '9:16'])
  })
})

describe('buttons', () => {
  it('work for everybody; Cancel and Delete for the author and for moderators', async () => {
    const { ada, bob, discord, guild } = asking
    const eve = discord.person('Eve')
    discord.world.grant(eve.user, guild, 'ManageMessages')
    const result = await asking.painted()
    await asking.dealtWith(bob.presses(result, en.buttons.refine))
    expect(asking.lastOrder()?.kind).toBe('refine')
    await asking.dealtWith(bob.presses(result, en.buttons.delete))
    expect(asking.told(bob, result.channel)).toEqual([en.problems['not-yours']({})])
    expect(result.deleted).toBe(false)
    await asking.dealtWith(eve.presses(result, en.buttons.delete))
    expect(result.deleted).toBe(false)
    const question = asking.ephemeralMessages(eve, result.channel).at(-1)
    if (question === undefined) throw new Error('no question')
    await asking.dealtWith(eve.presses(question, en.chat.deletion.yes))
    expect(result.deleted).toBe(true)
    await asking.dealtWith(ada.presses(asking.result, en.buttons.info))
    expect(asking.told(ada, result.channel).at(-1)).toContain(en.info.title)
  })

  it('says of a second press that the first still runs', async () => {
    const result = await asking.painted()
    asking.test.workers.mode = 'by-hand'
    const { bob, test } = asking
    const first = bob.presses(result, en.buttons['vary-strong'])
    await asking.discord.until('a first answer', () => first.answer !== undefined)
    await test.until(() => test.workers.underway.length === 1)
    const second = bob.presses(result, en.buttons['vary-strong'])
    await asking.discord.until('words about it', () => asking.told(bob, result.channel).length > 0)
    expect(asking.told(bob, result.channel)).toEqual([en.problems['already-running']({ action: '' })])
    expect(second.answer?.type).toBe(6)
    test.workers.mode = 'at-once'
    test.workers.current.finish()
    await asking.dealtWith(first)
  })

  it('go on after a restart', async () => {
    const result = await asking.painted()
    await asking.restart()
    await asking.dealtWith(asking.ada.presses(result, en.buttons.upscale))
    expect(asking.lastOrder()?.kind).toBe('upscale')
  })

  it.each([
    ['a forged id', 'paint:everything'],
    ['an id of another bot', 'vote_up'],
    ['an own action that is none', 'own-format-disk'],
    ['a form’s id on a button', 'own-settings-form'],
  ])('answers %s with one sentence', async (_, customId) => {
    const result = await asking.painted()
    await asking.dealtWith(asking.bob.pressesForged(result, customId))
    expect(asking.told(asking.bob, result.channel)).toEqual([en.chat.replies.unknownButton])
  })

  it('answers stale ids with one sentence', async () => {
    const result = await asking.painted()
    const targetId = '0123456789abcdef'
    for (const action of ['refine', 'remix', 'info'] as const)
      await asking.dealtWith(asking.bob.pressesForged(result, encodeButtonId({ action, targetId })))
    await asking.dealtWith(asking.bob.pressesForged(result, encodeButtonId({ action: 'cancel', targetId })))
    const gone = en.problems['picture-gone']({})
    const told = asking.told(asking.bob, result.channel)
    expect(told).toEqual([gone, gone, gone, en.problems['job-unknown']({ id: targetId })])
  })
})
