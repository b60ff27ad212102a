/** Whatever people send gets one clear sentence or is shown as it was written; it pings, links and breaks nothing. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkPicture } from '../../../src/app/checks/check-picture.ts'
import { encodePicture } from '../../../src/engine/image/encode.ts'
import { en } from '../../../src/words/en.ts'
import { aPicture } from '../../helpers/pictures/pictures.ts'
import { Asking } from './asking.ts'

let asking: Asking

beforeEach(async () => {
  asking = await Asking.start({ easel: { parts: { checkPicture } } })
})
afterEach(async () => {
  const { refused, world, mentions, links } = asking.discord
  await asking.dispose()
  expect(refused).toEqual([])
  expect(world.pings).toEqual([])
  expect(mentions).toEqual([])
  expect(links).toEqual([])
})

const jobs = () =>
  asking.test.jobsIn({ platform: 'discord', spaceId: asking.guild.id, channelId: asking.channel.id }, 50)

const hostile: [string, string][] = [
  ['mentions', '@everyone @here <@123456789012345678> <@&123456789012345678> <#123456789012345678>'],
  ['masked links', '[a cat](https://evil.example) <https://evil.example> https://evil.example'],
  ['bidi and zero-width characters', 'zero\u200bwidth\u200d \u202egnp.exe\u202c \u2066x\u2069 \ufeff'],
  ['3,000 combining marks', `a${'\u0301\u0335'.repeat(1500)} cat`],
  ['markdown', '# big **bold** ~~no~~ `code` ```block``` ||spoiler|| > quote - list 1. one'],
  ['only emoji', '🎨'.repeat(500)],
]

describe('a prompt with', () => {
  it.each(hostile)('%s is painted, and refused, and asked about, without harm', async (_, prompt) => {
    const { ada, channel, discord } = asking
    await asking.types(ada, channel, '/imagine', { prompt })
    expect(jobs()).toHaveLength(1)
    await asking.types(ada, channel, '/imagine', { prompt: `${prompt} {x,y}` })
    await asking.types(ada, channel, '/imagine', { prompt: `${prompt} --steps many` })
    // Before them it may be said how the prompt's marks were taken.
    const [question, refusal] = asking.told(ada).slice(-2)
    expect(question).toContain(en.chat.confirm.title(2))
    expect(refusal).toContain('--steps')
    await asking.dealtWith(ada.presses(asking.result, en.buttons.info))
    await asking.types(ada, channel, '/queue')
    const opened = ada.presses(asking.result, en.buttons.remix)
    expect((await ada.form(opened)).components.length).toBeGreaterThan(0)
    expect(discord.transcript(channel)).toContain('thread “')
  })

  it('nothing in it is asked for something', async () => {
    await asking.types(asking.ada, asking.channel, '/imagine', { prompt: ' \n ' })
    expect(asking.told(asking.ada)).toEqual([en.problems['prompt-empty']({})])
  })

  it('6,000 characters is refused by its length, and given back whole', async () => {
    const prompt = 'x'.repeat(6000)
    await asking.types(asking.ada, asking.channel, '/imagine', { prompt })
    const [told] = asking.ephemeralMessages(asking.ada)
    if (told === undefined) throw new Error('nothing was said')
    expect(asking.discord.seen(told)).toContain(
      en.problems['text-too-long']({ field: 'prompt', length: 6000, limit: 4000 }),
    )
    expect(Buffer.from(told.attachments[0]?.bytes ?? []).toString()).toBe(prompt)
  })
})

it('a fault returns what was typed', async () => {
  const imagine = () => Promise.reject(new Error('broken'))
  await asking.restart({ ...asking.options, facade: { imagine } })
  const { ada, channel } = asking
  await asking.dealtWith(await ada.types(channel, '/imagine', { prompt: 'a cat --seed 7' }))
  expect(asking.told(ada).at(-1)).toContain('a cat --seed 7')
})

describe('options beyond their range', () => {
  it.each<[string, Record<string, string | number>, string]>([
    ['a count', { count: 99 }, 'n is 99, but must be from 1 to 4'],
    ['steps', { steps: -1 }, 'steps is -1, but must be from 1 to 150'],
    ['a strength', { strength: 7 }, 'strength is 7, but must be from 0 to 1'],
    ['a guidance', { guidance: 1e6 }, 'cfg is 1000000, but must be from 0 to 50'],
    ['a seed', { seed: -5 }, 'seed is -5, but must be from -1'],
    ['a repeat', { repeat: 1000 }, 'repeat is 1000, but must be from 1 to 16'],
    ['an aspect', { aspect: 'wide' }, '--ar takes a ratio'],
    ['a size', { size: '7x7' }, '7×7'],
    ['a refiner', { refine: 'maybe' }, '--refine takes'],
    ['a model', { model: 'nothing like it' }, 'There is no model'],
    ['a sampler', { sampler: 'nothing like it' }, 'There is no sampler'],
  ])('%s, as only a forged client can send it, is named', async (_, options, sentence) => {
    const typed = await asking.ada.types(
      asking.channel,
      '/imagine',
      { prompt: 'a cat', ...options },
      { forged: true },
    )
    await asking.dealtWith(typed)
    expect(asking.told(asking.ada)[0]).toContain(sentence)
    expect(jobs()).toEqual([])
  })
})

it('all that was typed comes back with all that is wrong, as a prompt that may be sent again', async () => {
  const notes = { filename: 'notes.txt', contentType: 'text/plain', bytes: new Uint8Array([1]) }
  const options = { size: 'big', model: 'no such', negative: 'dogs --fast', fast: true, source: notes }
  const { ada, channel } = asking
  await asking.types(ada, channel, '/imagine', { prompt: 'a cat --bogus 1', ...options })
  const [told] = asking.told(ada)
  for (const said of ['no flag --bogus', '--size takes', 'no model “no such”', 'is not a picture'])
    expect(told).toContain(said)
  expect(told).toContain('a cat --bogus 1 --no "dogs --fast" --size big --model no such --fast on')
})

describe('an attachment', () => {
  const png = { filename: 'cat.png', contentType: 'image/png' }
  const bytes = new TextEncoder().encode('this is no picture at all')

  async function refusalOf(source: { filename: string; contentType: string; bytes: Uint8Array }) {
    await asking.types(asking.ada, asking.channel, '/imagine', { prompt: 'a cat', source })
    expect(jobs()).toEqual([])
    return asking.told(asking.ada)[0]
  }

  it('that is another kind of file is refused', async () => {
    const notes = { filename: 'notes.txt', contentType: 'text/plain', bytes }
    expect(await refusalOf(notes)).toContain(
      en.problems['picture-refused']({ problem: { what: 'not-a-picture' } }),
    )
  })

  it('with the type of a picture but other content is refused', async () => {
    expect(await refusalOf({ ...png, bytes })).toContain(
      en.problems['picture-refused']({ problem: { what: 'not-a-picture' } }),
    )
  })

  it('that is damaged is refused', async () => {
    const header = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]
    expect(await refusalOf({ ...png, bytes: new Uint8Array(header) })).toBeDefined()
  })

  it('for a missing ControlNet and a missing IP-Adapter is refused with both reasons at once', async () => {
    const { bytes: picture } = await encodePicture(aPicture(64, 64), 'png', undefined)
    const whole = { ...png, bytes: picture }
    const pictures = { control_picture: whole, prompt_picture: whole }
    await asking.types(asking.ada, asking.channel, '/imagine', { prompt: 'a cat', ...pictures })
    expect(jobs()).toEqual([])
    const [told] = asking.told(asking.ada)
    expect(told).toContain(en.problems['control-unnamed']({ known: [] }))
    expect(told).toContain(en.problems['image-prompt-unknown']({ known: [] }))
  })

  it('that is too large is refused before it is fetched', async () => {
    const told = await refusalOf({ ...png, bytes: new Uint8Array(21 * 1024 * 1024) })
    expect(told).toContain('That file is too large; at most 20.0 MB.')
  })
})

describe('in an archived thread', () => {
  it('a press still brings its result', async () => {
    await asking.types(asking.ada, asking.channel, '/imagine', { prompt: 'a red circle' })
    const { result } = asking
    result.channel.archived = true
    await asking.dealtWith(asking.bob.presses(result, en.buttons['vary-subtle']))
    expect(jobs()).toHaveLength(2)
    expect(jobs()[1]?.state).toBe('done')
    expect(asking.result.channel).toBe(result.channel)
    expect(asking.result).not.toBe(result)
    expect(result.channel.archived).toBe(false)
  })
})
