/** Whatever people write: the payload is one that Discord takes, shows the text, and does nothing else. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RenderOptions, render } from '../../../../../src/bots/discord/outbound/render/render.ts'
import { oneLine, sanitize } from '../../../../../src/bots/discord/outbound/render/text.ts'
import type { Button } from '../../../../../src/bots/messages/buttons.ts'
import { type Message, textMessage } from '../../../../../src/bots/messages/message.ts'
import { en } from '../../../../../src/words/en.ts'
import { checked } from '../../../../fakes/discord/limits/check.ts'
import { newMessage } from '../../../../fakes/discord/limits/messages.ts'
import { textsOf } from '../../../../fakes/discord/posting.ts'
import { read } from '../../../../fakes/discord/rules/markdown.ts'

const id = (n: number) => n.toString(36).padStart(16, '0')

const cancel: Button = { action: 'cancel', targetId: id(1), label: 'Cancel', style: 'danger' }

/** As the fake takes it, or it throws; with all the text that people would see. */
function shown(message: Message, options: RenderOptions = {}) {
  const payload = render(message, en, options)
  const attachments = (options.files ?? []).map(({ fileName, altText }, n) => ({
    id: n,
    filename: fileName,
    description: altText.slice(0, 1024),
  }))
  const body = checked(newMessage, { ...payload, attachments, allowed_mentions: { parse: [] } })
  const texts = textsOf({ content: '', embeds: [], components: body.components ?? [] })
  const readings = texts.map(read)
  return {
    components: body.components ?? [],
    text: readings.map(reading => reading.shown).join('\n'),
    alive: readings.flatMap(reading => [...reading.mentions, ...reading.links]),
  }
}

const hostile = [
  '@everyone @here <@123> <@&5> <#7> </imagine:1> <t:1> <:a:1> :smile:',
  '[click](https://evil.example) <https://evil.example> https://evil.example http://x.y',
  '**bold** __u__ ~~s~~ ||x|| `a` ```b``` > q\n# h\n- l\n1. n\n-# small',
  '\\*already escaped\\* \\\\',
]

describe('a message on Discord', () => {
  it.each(hostile)('shows %j and does nothing', prompt => {
    const { text, alive } = shown({ ...textMessage(prompt, [prompt]), command: `/imagine ${prompt}` })
    expect(alive).toEqual([])
    expect(text).toContain(prompt)
  })

  it('is accepted by Discord, harmless and with its buttons, for any content', async () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 6000 }),
      fc.stringMatching(/^[@<>[\]()*_~|`#:\\\-+.0-9 \n]{0,400}$/),
      fc.constantFrom(...hostile),
    )
    await fc.assert(
      fc.property(anyText, fc.array(anyText, { maxLength: 30 }), anyText, (title, lines, command) => {
        const message = { ...textMessage(`x${title}`, lines), command, buttons: [[cancel]] }
        const { components, alive } = shown(message, { notes: [title] })
        expect(alive).toEqual([])
        expect(components.at(-1)).toMatchObject({ type: 1, components: [{ custom_id: `cancel:${id(1)}` }] })
      }),
      { numRuns: 200 },
    )
  })

  it('shows pictures with alternative texts, covered where the space wants that', () => {
    const files = [1, 2, 3, 4].map(n => ({ fileName: `${n}.png`, altText: `a cat ${n} `.repeat(300) }))
    const { components } = shown(textMessage('cats'), { files, isSpoiler: true })
    const gallery = components.find(component => component.type === 12)
    expect(gallery?.items.map(({ spoiler }) => spoiler)).toEqual([true, true, true, true])
    expect(gallery?.items[0]?.description).toContain('a cat 1')
  })

  it('keeps 3,000 combining marks on their own line', () => {
    const piled = `z${'\u0335'.repeat(3000)}algo`
    const { text } = shown(textMessage(piled))
    expect(text.length).toBeLessThan(40)
    expect(text).toContain('algo')
    // What scripts and emoji really need is left alone.
    for (const real of ['नमस्ते', 'ก็ได้', 'שָׁלוֹם', '👩‍👩‍👧‍👦', 'é', 'พี่']) expect(sanitize(real)).toBe(real)
  })

  it('prevents a text from changing the direction of other text', () => {
    const { text } = shown(textMessage('safe \u202egnp.exe', ['\u2067x']))
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
  })

  it('says so where the command is too long, and never shows a part of one', () => {
    const long = `/imagine ${'cat '.repeat(900)}`
    const { text } = shown({ ...textMessage('cats'), command: long })
    expect(text).toContain(en.chat.replies.commandTooLong)
    expect(text).not.toContain('cat cat cat')
  })
})

describe('a thread’s name', () => {
  it('is one visible line of at most 90 characters', async () => {
    expect(oneLine('a\u200b cat\n\n on \u202ea  mat\t', 90)).toBe('a cat on a mat')
    expect(oneLine('\u200b\u200e \n', 90)).toBe('')
    await fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), text => {
        expect(oneLine(text, 90).length).toBeLessThanOrEqual(90)
        expect(oneLine(text, 90)).not.toMatch(/[\n\r]/)
      }),
    )
  })
})
