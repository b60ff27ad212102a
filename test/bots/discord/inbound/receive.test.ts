/** What people do on Discord and what comes of it: commands, buttons, forms, shortcuts, and who may do what. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Easel } from '../../../../src/app/easel.ts'
import { settingsProblems } from '../../../../src/app/people/settings.ts'
import { encodeButtonId } from '../../../../src/bots/messages/buttons.ts'
import { AppError } from '../../../../src/errors/errors.ts'
import { en } from '../../../../src/words/en.ts'
import { zhCn } from '../../../../src/words/zh-cn/index.ts'
import { foreignPicture, pngWith } from '../../../helpers/pictures/foreign-pictures.ts'
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

/** A result of Ada's in the channel. */
async function painted(options: Record<string, string | number> = {}) {
  await asking.types(asking.ada, asking.channel, '/imagine', { prompt: 'a red circle', ...options })
  return asking.result
}

const jobs = () => asking.test.jobsIn({ ...place(), channelId: asking.channel.id }, 50)
const place = () => ({ platform: 'discord', spaceId: asking.guild.id }) as const
const lastOrder = () => jobs().at(-1)?.order

describe('/imagine', () => {
  it('turns typed options and flags in the prompt into one job, and leaves nothing private behind', async () => {
    await asking.types(asking.ada, asking.channel, '/imagine', {
      prompt: 'a red circle --n 2 --steps 12',
      negative: 'blue',
      aspect: '1:1',
      count: 1,
      seed: 7,
      guidance: 5,
      sampler: 'heun',
    })
    expect(lastOrder()).toMatchObject({
      count: 1,
      seed: 7,
      prompt: { positive: 'a red circle', negative: 'blue' },
      sampling: { steps: 12, guidance: 5, sampler: 'heun' },
    })
    expect(jobs()[0]?.author).toMatchObject({ name: 'Ada', userId: asking.ada.user.id, ...place() })
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
    expect(jobs()).toHaveLength(0)
    asking.test.clock.advance(60_000)
    release()
    await asking.dealtWith(interaction)
    expect(jobs()).toHaveLength(1)
  })

  it('makes one job of an event that Discord delivers twice', async () => {
    const interaction = await asking.types(asking.ada, asking.channel, '/imagine', { prompt: 'a cat' })
    asking.ada.redelivers(interaction)
    await asking.types(asking.ada, asking.channel, '/imagine', { prompt: 'a dog' })
    expect(jobs().map(job => job.promptAsTyped)).toEqual(['a cat', 'a dog'])
  })

  it('paints also where the acknowledgement came too late to be shown', async () => {
    const late = await asking.ada.types(asking.channel, '/imagine', { prompt: 'a cat' })
    asking.test.clock.advance(4000)
    await asking.types(asking.bob, asking.channel, '/imagine', { prompt: 'a dog' })
    expect(late.answer).toBeUndefined()
    expect(jobs().map(job => job.state)).toEqual(['done', 'done'])
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
    expect(jobs()).toHaveLength(1)
  })

  it('asks before it makes several jobs, and a second yes changes nothing', async () => {
    const { ada, bob, channel } = asking
    await asking.types(ada, channel, '/imagine', { prompt: 'a {red,green} cat', repeat: 2 })
    const [asked] = asking.ephemeralMessages(ada)
    if (asked === undefined) throw new Error('nothing was asked')
    expect(asking.discord.seen(asked)).toContain(en.chat.confirm.title(4))
    expect(jobs()).toHaveLength(0)

    const again = ada.presses(asked, en.chat.confirm.yes(4))
    const twice = ada.presses(asked, en.chat.confirm.yes(4))
    await asking.dealtWith(again)
    await asking.dealtWith(twice)
    expect(jobs()).toHaveLength(4)
    expect(asking.told(ada)).toEqual([en.discord.replies.accepted])

    await asking.types(bob, channel, '/imagine', { prompt: 'a {red,green} dog' })
    await asking.restart()
    const [other] = asking.ephemeralMessages(bob)
    if (other === undefined) throw new Error('nothing was asked')
    await asking.dealtWith(bob.presses(other, en.chat.confirm.yes(2)))
    expect(jobs()).toHaveLength(6)
    expect(asking.told(bob)).toEqual([en.discord.replies.accepted])
  })

  it('starts from an attached picture', async () => {
    await painted({})
    await asking.types(asking.ada, asking.channel, '/imagine', {
      prompt: 'a green square',
      source: picture,
      strength: 0.5,
    })
    expect(lastOrder()).toMatchObject({ source: { strength: 0.5 } })
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
    const remix = await lin.form(lin.presses(await painted(), en.buttons.remix))
    expect(remix.title).toBe(zhCn.chat.remix)
  })

  it('knows threads, direct messages and groups', async () => {
    const { ada, channel, discord, guild } = asking
    const result = await painted()
    const thread = result.channel
    expect(thread.parentId).toBe(channel.id)
    await asking.types(ada, thread, '/imagine', { prompt: 'in the thread' })
    expect(jobs().at(-1)?.conversation).toMatchObject({
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
    const result = await painted()
    await asking.dealtWith(bob.presses(result, en.buttons.refine))
    expect(lastOrder()?.kind).toBe('refine')
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
    const result = await painted()
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
    const result = await painted()
    await asking.restart()
    await asking.dealtWith(asking.ada.presses(result, en.buttons.upscale))
    expect(lastOrder()?.kind).toBe('upscale')
  })

  it.each([
    ['a forged id', 'paint:everything'],
    ['an id of another bot', 'vote_up'],
    ['an own action that is none', 'own-format-disk'],
    ['a form’s id on a button', 'own-settings-form'],
  ])('answers %s with one sentence', async (_, customId) => {
    const result = await painted()
    await asking.dealtWith(asking.bob.pressesForged(result, customId))
    expect(asking.told(asking.bob, result.channel)).toEqual([en.chat.replies.unknownButton])
  })

  it('answers stale ids with one sentence', async () => {
    const result = await painted()
    const targetId = '0123456789abcdef'
    for (const action of ['refine', 'remix', 'info'] as const)
      await asking.dealtWith(asking.bob.pressesForged(result, encodeButtonId({ action, targetId })))
    await asking.dealtWith(asking.bob.pressesForged(result, encodeButtonId({ action: 'cancel', targetId })))
    const gone = en.problems['picture-unknown']({ id: targetId })
    const told = asking.told(asking.bob, result.channel)
    expect(told).toEqual([gone, gone, gone, en.problems['job-unknown']({ id: targetId })])
  })
})

describe('forms', () => {
  it('Remix opens with the picture’s prompt and paints the edited one', async () => {
    const result = await painted({ negative: 'blue', seed: 5 })
    const opened = asking.bob.presses(result, en.buttons.remix)
    const form = await asking.bob.form(opened)
    expect(JSON.stringify(form)).toContain('a red circle')
    const sent = await asking.bob.submits(opened, {
      [en.chat.form.prompt]: 'a green square --steps 9',
      [en.chat.form.negative]: '',
      [en.chat.form.aspect]: '1:1',
      [en.chat.form.count]: '2',
    })
    await asking.dealtWith(sent)
    expect(lastOrder()).toMatchObject({
      prompt: { positive: 'a green square' },
      count: 2,
      sampling: { steps: 9 },
    })
    expect(lastOrder()).not.toMatchObject({ prompt: { negative: 'blue' } })
    expect(jobs().at(-1)?.parent?.jobId).toBe(jobs()[0]?.id)
    expect(asking.told(asking.bob, result.channel)).toEqual([])
  })

  it('gives back what was typed where it is refused', async () => {
    const result = await painted()
    const opened = asking.bob.presses(result, en.buttons.remix)
    const typed = 'a very long thought --stepz 9'
    const fields = {
      [en.chat.form.prompt]: typed,
      [en.chat.form.negative]: 'dogs',
      [en.chat.form.count]: '2',
    }
    await asking.dealtWith(await asking.bob.submits(opened, fields))
    const [told] = asking.told(asking.bob, result.channel)
    expect(told).toContain('no flag --stepz')
    expect(told).toContain(`${typed} --no dogs --n 2`)
  })

  it('keeps a person’s own defaults, which then fill in what is not said', async () => {
    const { ada, channel } = asking
    const opened = await ada.types(channel, '/settings')
    const filled = {
      [en.chat.form.model]: 'demo',
      [en.chat.settings.size]: '64x64',
      [en.chat.form.count]: '3',
      [en.chat.settings.negative]: 'text',
    }
    await asking.dealtWith(await ada.submits(opened, filled))
    expect(asking.told(ada)).toEqual([en.chat.settings.saved])
    await asking.types(ada, channel, '/imagine', { prompt: 'a cat' })
    expect(lastOrder()).toMatchObject({ widthPx: 64, count: 3, prompt: { negative: 'text' } })
    const again = await ada.form(await ada.types(channel, '/settings'))
    expect(JSON.stringify(again)).toContain('64x64')

    const wrong = await ada.types(channel, '/settings')
    await asking.dealtWith(await ada.submits(wrong, { [en.chat.settings.size]: 'huge' }))
    expect(asking.told(ada).at(-1)).toContain('--size huge --no text')
  })

  it('asks for the model by text where there are more than a select shows', async () => {
    const [model] = asking.test.easel.models()
    if (model === undefined) throw new Error('there is no model')
    const models = Array.from({ length: 60 }, (_, i) => ({ ...model, name: `painter-${i}` }))
    const saveSettings: Easel['saveSettings'] = async (_person, settings) => {
      const problems = settingsProblems(settings, models, { maxCount: 4, maxPromptCharacters: 4000 })
      return problems.length === 0 ? { kind: 'saved' } : { kind: 'refused', problems }
    }
    await asking.restart({ facade: { models: () => models, saveSettings } })
    const { ada, channel } = asking
    const opened = await ada.types(channel, '/settings')
    await asking.dealtWith(await ada.submits(opened, { [en.chat.form.model]: 'painter-99' }))
    expect(asking.told(ada)[0]).toContain('painter-9')
    const other = await ada.types(channel, '/settings')
    await asking.dealtWith(await ada.submits(other, { [en.chat.form.model]: 'painter-57' }))
    expect(asking.told(ada)[1]).toBe(en.chat.settings.saved)
  })
})

describe('shortcuts', () => {
  const { useAsSource, imageInfo } = en.discord.shortcuts

  it('start from anybody’s picture', async () => {
    const { ada, bob, channel } = asking
    const message = await bob.says(channel, 'look', [picture, { ...picture, filename: 'dog.png' }])
    const opened = ada.uses(useAsSource, message)
    const fields = {
      [en.chat.form.prompt]: 'the same in red',
      [en.chat.form.strength]: '0.5',
      [en.chat.form.which]: '1',
    }
    await asking.dealtWith(await ada.submits(opened, fields))
    expect(lastOrder()).toMatchObject({ source: { strength: 0.5 } })
    expect(asking.told(ada)).toEqual([])
  })

  it('start from one of ours, chosen among several, also after a restart', async () => {
    const result = await painted({ count: 3 })
    const { ada } = asking
    const opened = ada.uses(useAsSource, result)
    await ada.form(opened)
    await asking.restart()
    const chosen = jobs()[0]?.pictures[1]?.id ?? ''
    const fields = { [en.chat.form.prompt]: 'in red', [en.chat.form.which]: chosen }
    await asking.dealtWith(await ada.submits(opened, fields))
    expect(lastOrder()).toMatchObject({ source: { pictureId: chosen } })
    expect(jobs().at(-1)?.parent?.pictureId).toBe(chosen)
  })

  it('start from anybody’s picture that waited for its form over a restart', async () => {
    const { ada, bob, channel } = asking
    const opened = ada.uses(useAsSource, await bob.says(channel, '', [picture]))
    await ada.form(opened)
    await asking.restart()
    await asking.dealtWith(await ada.submits(opened, { [en.chat.form.prompt]: 'in red' }))
    expect(lastOrder()).toMatchObject({ source: {} })
    expect(asking.told(ada)).toEqual([])
  })

  it('say that the form expired, and return the typed text', async () => {
    const { ada, bob, channel, test } = asking
    const opened = ada.uses(useAsSource, await bob.says(channel, '', [picture]))
    await ada.form(opened)
    test.clock.setWall(test.clock.now() + 8 * 24 * 3_600_000)
    await asking.dealtWith(await ada.submits(opened, { [en.chat.form.prompt]: 'in red' }))
    expect(asking.told(ada)[0]).toContain(en.chat.confirm.tooLate)
    expect(asking.told(ada)[0]).toContain('in red')
  })

  it('tell how a picture of ours was made, from its message or posted again', async () => {
    const { ada, bob, channel } = asking
    const result = await painted({ seed: 7 })
    await asking.dealtWith(ada.uses(imageInfo, result))
    expect(asking.told(ada, result.channel)[0]).toContain('Seed: 7')

    const id = jobs()[0]?.pictures[0]?.id ?? ''
    const bytes = await asking.test.bytesOf(id)
    if (bytes === undefined) throw new Error('no bytes')
    const reposted = await bob.says(channel, 'mine', [{ ...picture, bytes }])
    await asking.dealtWith(ada.uses(imageInfo, reposted))
    expect(asking.told(ada)[0]).toContain('Seed: 7')

    const { filename } = result.attachments[0] ?? { filename: '' }
    const repacked = { ...picture, filename: filename.replace('.png', '_1.png') }
    await asking.dealtWith(ada.uses(imageInfo, await bob.says(channel, 'smaller', [repacked])))
    expect(asking.told(ada)[1]).toContain('Seed: 7')
  })

  it('tell what another program wrote into a picture, and name a format that nobody reads', async () => {
    const { ada, bob, channel } = asking
    const comfy = { ...picture, bytes: foreignPicture('comfy.png') }
    const unknown = { ...picture, bytes: pngWith({ generation_data: '{"prompt":"a cat"}' }) }
    for (const file of [comfy, unknown])
      await asking.dealtWith(ada.uses(imageInfo, await bob.says(channel, '', [file])))
    const [told, other] = asking.told(ada)
    expect(told).toContain('ComfyUI')
    expect(told).toContain('Seed: 8566257')
    expect(told).toContain('masterpiece best quality girl --no bad hands --size 1024x1024')
    expect(other).toBe(en.chat.replies.formatOfParametersUnknown(['generation_data']))
  })

  it('begin with the prompts that a picture says it was made with', async () => {
    const { ada, bob, channel } = asking
    const file = { ...picture, bytes: foreignPicture('comfy.png') }
    const opened = ada.uses(useAsSource, await bob.says(channel, '', [file]))
    const form = await ada.form(opened)
    expect(JSON.stringify(form)).toContain('masterpiece best quality girl')
    expect(JSON.stringify(form)).toContain('bad hands')
  })

  it('post files whose names hold no id', async () => {
    const result = await painted()
    const [job] = jobs()
    for (const { filename } of result.attachments)
      for (const id of [job?.id, job?.pictures[0]?.id]) expect(filename).not.toContain(id)
  })

  it('say where there is no picture, or one that we do not know', async () => {
    const { ada, bob, channel } = asking
    const words = await bob.says(channel, 'only words')
    const file = { filename: 'notes.txt', contentType: 'text/plain', bytes: new Uint8Array([104, 105]) }
    const text = await bob.says(channel, 'a file', [file])
    const strange = await bob.says(channel, 'a picture', [picture])
    await asking.dealtWith(ada.uses(imageInfo, words))
    await asking.dealtWith(ada.uses(useAsSource, text))
    await asking.dealtWith(ada.uses(imageInfo, strange))
    const { noPicture, notMine } = en.chat.replies
    expect(asking.told(ada)).toEqual([noPicture, noPicture, notMine])
  })
})

describe('small commands', () => {
  it('answer the one who asks alone', async () => {
    await painted()
    const { ada, channel } = asking
    const before = asking.posts().length
    for (const name of ['queue', 'usage', 'models', 'help']) await asking.types(ada, channel, `/${name}`)
    const told = asking.told(ada)
    expect(told[0]).toContain(en.queue.empty)
    expect(told[1]).toContain(en.usage.made(1, 1))
    expect(told[2]).toContain('demo')
    expect(told[3]).toContain(en.help.examples[0])
    expect(asking.posts()).toHaveLength(before)
  })

  it('cancel an own job from the queue', async () => {
    const { ada, channel, test } = asking
    test.workers.mode = 'by-hand'
    for (const prompt of ['one', 'two']) await ada.types(channel, '/imagine', { prompt })
    await test.until(() => test.queue().length === 2)
    await ada.types(channel, '/queue')
    const title = en.queue.title(1, 1)
    await asking.discord.until('the queue', () => asking.told(ada).some(text => text.includes(title)))
    const queue = asking.ephemeralMessages(ada).at(-1)
    if (queue === undefined) throw new Error('no queue')
    ada.presses(queue, en.buttons.cancelNumber(2))
    await asking.discord.until('a word on it', () => asking.told(ada).includes(en.chat.replies.cancelled))
    expect(jobs().map(job => job.state)).toContain('cancelled')
    test.workers.mode = 'at-once'
    test.workers.current.finish()
    await test.settled()
  })

  it('bring a past result here', async () => {
    await painted()
    const other = asking.discord.channel('elsewhere', asking.guild)
    const id = jobs()[0]?.pictures[0]?.id ?? ''
    await asking.types(asking.bob, other, '/show', { id })
    expect(asking.posts(other).some(message => message.attachments.length === 1)).toBe(true)
    expect(asking.told(asking.bob, other)).toEqual([])
    await asking.types(asking.bob, other, '/show', { id: 'nothing' })
    expect(asking.told(asking.bob, other)).toEqual([en.problems['picture-unknown']({ id: '' })])
  })

  it('forget a person after a confirmation, and nobody else', async () => {
    await painted()
    const { ada, bob, channel } = asking
    await asking.types(bob, channel, '/imagine', { prompt: 'a blue square' })
    await asking.types(ada, channel, '/forget me')
    const [asked] = asking.ephemeralMessages(ada)
    if (asked === undefined) throw new Error('nothing was asked')
    expect(jobs()).toHaveLength(2)
    await asking.dealtWith(ada.presses(asked, en.forget.yes))
    expect(asking.told(ada)).toEqual([en.forget.done(1)])
    expect(jobs().map(job => job.promptAsTyped)).toEqual(['a blue square'])
  })

  it('show figures to admins of the server and those whom the configuration names, with chart and table', async () => {
    await painted()
    asking.test.clock.advance(60_000)
    const { ada, bob, channel, discord, guild } = asking
    await asking.types(bob, channel, '/stats')
    expect(asking.told(bob)).toEqual([
      en.problems['admins-only']({ name: `discord:${guild.id}:${bob.user.id}` }),
    ])

    discord.world.grant(ada.user, guild, 'ManageGuild')
    await asking.types(ada, channel, '/stats', { days: 7 })
    const [figures] = asking.ephemeralMessages(ada)
    if (figures === undefined) throw new Error('no figures')
    expect(discord.seen(figures)).toContain(en.stats.title(7))
    expect(discord.seen(figures)).toContain('Ada')
    expect(figures.attachments.map(each => each.filename)).toEqual(['easel-stats.png', 'easel-stats.csv'])
    expect(figures.attachments[0]?.widthPx).toBeGreaterThan(400)
  })
})
