/** Forms and shortcuts on Discord, and what comes of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Easel } from '../../../../src/app/easel.ts'
import { settingsProblems } from '../../../../src/app/people/settings.ts'
import { en } from '../../../../src/words/en.ts'
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

describe('forms', () => {
  it('Remix opens with the picture’s prompt and paints the edited one', async () => {
    const result = await asking.painted({ negative: 'blue', seed: 5 })
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
    expect(asking.lastOrder()).toMatchObject({
      prompt: { positive: 'a green square' },
      count: 2,
      sampling: { steps: 9 },
    })
    expect(asking.lastOrder()).not.toMatchObject({ prompt: { negative: 'blue' } })
    expect(asking.jobs().at(-1)?.parent?.jobId).toBe(asking.jobs()[0]?.id)
    expect(asking.told(asking.bob, result.channel)).toEqual([])
  })

  it('gives back what was typed where it is refused', async () => {
    const result = await asking.painted()
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
    expect(asking.lastOrder()).toMatchObject({ widthPx: 64, count: 3, prompt: { negative: 'text' } })
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
    expect(asking.lastOrder()).toMatchObject({ source: { strength: 0.5 } })
    expect(asking.told(ada)).toEqual([])
  })

  it('start from one of ours, chosen among several, also after a restart', async () => {
    const result = await asking.painted({ count: 3 })
    const { ada } = asking
    const opened = ada.uses(useAsSource, result)
    await ada.form(opened)
    await asking.restart()
    const chosen = asking.jobs()[0]?.pictures[1]?.id ?? ''
    const fields = { [en.chat.form.prompt]: 'in red', [en.chat.form.which]: chosen }
    await asking.dealtWith(await ada.submits(opened, fields))
    expect(asking.lastOrder()).toMatchObject({ source: { pictureId: chosen } })
    expect(asking.jobs().at(-1)?.parent?.pictureId).toBe(chosen)
  })

  it('start from anybody’s picture that waited for its form over a restart', async () => {
    const { ada, bob, channel } = asking
    const opened = ada.uses(useAsSource, await bob.says(channel, '', [picture]))
    await ada.form(opened)
    await asking.restart()
    await asking.dealtWith(await ada.submits(opened, { [en.chat.form.prompt]: 'in red' }))
    expect(asking.lastOrder()).toMatchObject({ source: {} })
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
    const result = await asking.painted({ seed: 7 })
    await asking.dealtWith(ada.uses(imageInfo, result))
    expect(asking.told(ada, result.channel)[0]).toContain('Seed: 7')

    const id = asking.jobs()[0]?.pictures[0]?.id ?? ''
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
    const result = await asking.painted()
    const [job] = asking.jobs()
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
