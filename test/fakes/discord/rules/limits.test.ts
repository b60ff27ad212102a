/** Discord's limits of messages and answers, as the fake applies them. */
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { callback } from '../limits/callbacks.ts'
import { checked } from '../limits/check.ts'
import { changedMessage, interactionMessage, newMessage } from '../limits/messages.ts'
import { modal } from '../limits/modals.ts'
import { Refusal } from '../transport/refusal.ts'

/** The codes under `errors`, with their paths. */
function faultsOf(schema: z.ZodType, body: unknown): string[] {
  try {
    checked(schema, body)
    return []
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    expect([error.status, error.code]).toEqual([400, 50035])
    return error.faults.map(fault => `${fault.path.map(String).join('.')} ${fault.code}`)
  }
}

const v2 = 1 << 15
const long = (n: number) => 'x'.repeat(n)
const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i))
const button = (i: number | string, more: object = {}) => ({
  type: 2,
  style: 2,
  label: 'Press',
  custom_id: `button-${i}`,
  ...more,
})
const row = (...components: object[]) => ({ type: 1, components })
const text = (content: string) => ({ type: 10, content })
const gallery = (n: number) => ({
  type: 12,
  items: many(n, i => ({ media: { url: `attachment://${i}.png` } })),
})

describe('the fake Discord takes what Discord takes', () => {
  it.each<[string, z.ZodType, object]>([
    ['content of 2000', newMessage, { content: long(2000) }],
    ['ten embeds', newMessage, { embeds: many(10, () => ({ title: 't' })) }],
    [
      'five rows of five',
      newMessage,
      { content: 'c', components: many(5, r => row(...many(5, b => button(`${r}${b}`)))) },
    ],
    [
      'a V2 tree of forty',
      newMessage,
      { flags: v2, components: [{ type: 17, components: many(39, () => text('t')) }] },
    ],
    [
      'a link button',
      newMessage,
      { content: 'c', components: [row({ type: 2, style: 5, label: 'l', url: 'https://e.x' })] },
    ],
    ['an ephemeral deferral', callback, { type: 5, data: { flags: 64 } }],
    [
      'twenty-five choices',
      callback,
      { type: 8, data: { choices: many(25, i => ({ name: `n${i}`, value: `v${i}` })) } },
    ],
  ])('%s', (_, schema, body) => {
    expect(faultsOf(schema, body)).toEqual([])
  })
})

describe('the fake Discord refuses in a message', () => {
  const message = (body: object) => faultsOf(newMessage, body)

  it.each<[string, object, string]>([
    ['content over 2000', { content: long(2001) }, 'content BASE_TYPE_MAX_LENGTH'],
    ['an unknown field', { content: 'c', colour: 1 }, 'colour UNKNOWN_FIELD'],
    [
      'an unknown field deep inside',
      { content: 'c', embeds: [{ titel: 't' }] },
      'embeds.0.titel UNKNOWN_FIELD',
    ],
    ['eleven embeds', { embeds: many(11, () => ({ title: 't' })) }, 'embeds BASE_TYPE_BAD_LENGTH'],
    ['an embed title over 256', { embeds: [{ title: long(257) }] }, 'embeds.0.title BASE_TYPE_MAX_LENGTH'],
    [
      'a description over 4096',
      { embeds: [{ description: long(4097) }] },
      'embeds.0.description BASE_TYPE_MAX_LENGTH',
    ],
    [
      '26 fields',
      { embeds: [{ fields: many(26, () => ({ name: 'n', value: 'v' })) }] },
      'embeds.0.fields BASE_TYPE_BAD_LENGTH',
    ],
    [
      'a field value over 1024',
      { embeds: [{ fields: [{ name: 'n', value: long(1025) }] }] },
      'embeds.0.fields.0.value BASE_TYPE_MAX_LENGTH',
    ],
    [
      'over 6000 in embeds',
      { embeds: [{ description: long(4000) }, { description: long(2001) }] },
      'embeds MAX_EMBED_SIZE_EXCEEDED',
    ],
    ['eleven attachments', { attachments: many(11, i => ({ id: i })) }, 'attachments BASE_TYPE_BAD_LENGTH'],
    [
      'alt text over 1024',
      { attachments: [{ id: 0, description: long(1025) }] },
      'attachments.0.description BASE_TYPE_MAX_LENGTH',
    ],
    ['a nonce over 25', { content: 'c', nonce: long(26) }, 'nonce BASE_TYPE_MAX_LENGTH'],
    ['the ephemeral flag', { content: 'c', flags: 64 }, 'flags BITFIELD_INVALID'],
    [
      'users allowed twice over',
      { content: 'c', allowed_mentions: { parse: ['users'], users: ['1'] } },
      'allowed_mentions.parse MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
    ],
  ])('%s', (_, body, fault) => {
    expect(message(body)).toContain(fault)
  })

  it.each<[string, object, string]>([
    [
      'six rows',
      { content: 'c', components: many(6, r => row(button(r))) },
      'components BASE_TYPE_BAD_LENGTH',
    ],
    [
      'six buttons in a row',
      { content: 'c', components: [row(...many(6, button))] },
      'components.0.components BASE_TYPE_BAD_LENGTH',
    ],
    [
      'a label over 80',
      { content: 'c', components: [row(button(0, { label: long(81) }))] },
      'components.0.components.0.label BASE_TYPE_MAX_LENGTH',
    ],
    [
      'a custom id over 100',
      { content: 'c', components: [row(button(long(101)))] },
      'components.0.components.0.custom_id BASE_TYPE_MAX_LENGTH',
    ],
    [
      'an empty custom id',
      { content: 'c', components: [row(button(0, { custom_id: '' }))] },
      'components.0.components.0.custom_id BASE_TYPE_MIN_LENGTH',
    ],
    [
      'a custom id twice',
      { content: 'c', components: [row(button(0)), row(button(0))] },
      'components COMPONENT_CUSTOM_ID_DUPLICATED',
    ],
    [
      'a link with a custom id',
      { content: 'c', components: [row(button(0, { style: 5, url: 'https://e.x' }))] },
      'components.0.components.0.url BUTTON_COMPONENT_URL_REQUIRED',
    ],
    [
      'a button without a label',
      { content: 'c', components: [row(button(0, { label: undefined }))] },
      'components.0.components.0.label BUTTON_COMPONENT_LABEL_REQUIRED',
    ],
    ['text displays without the V2 flag', { components: [text('t')] }, 'components UNION_TYPE_CHOICES'],
    [
      'content with the V2 flag',
      { flags: v2, content: 'c', components: [text('t')] },
      'content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
    ],
    [
      '41 components',
      { flags: v2, components: [{ type: 17, components: many(40, () => text('t')) }] },
      'components COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
    ],
    [
      'over 4000 characters of text',
      { flags: v2, components: [text(long(2500)), text(long(1501))] },
      'components COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
    ],
    [
      'an empty text display',
      { flags: v2, components: [text('')] },
      'components.0.content BASE_TYPE_MIN_LENGTH',
    ],
    ['an empty gallery', { flags: v2, components: [gallery(0)] }, 'components.0.items BASE_TYPE_BAD_LENGTH'],
    [
      'eleven gallery items',
      { flags: v2, components: [gallery(11)] },
      'components.0.items BASE_TYPE_BAD_LENGTH',
    ],
    [
      'a component id twice',
      {
        flags: v2,
        components: [
          { ...text('t'), id: 7 },
          { ...text('t'), id: 7 },
        ],
      },
      'components COMPONENT_ID_DUPLICATED',
    ],
  ])('%s', (_, body, fault) => {
    expect(message(body)).toContain(fault)
  })

  it('a container inside a container, and a section of four texts', () => {
    const inner = { type: 17, components: [text('t')] }
    expect(message({ flags: v2, components: [{ type: 17, components: [inner] }] })).not.toEqual([])
    const section = { type: 9, components: many(4, () => text('t')), accessory: button(0) }
    expect(message({ flags: v2, components: [section] })).not.toEqual([])
  })

  it('content in the edit of a message that is V2 already', () => {
    expect(faultsOf(changedMessage(true), { content: 'c' })).not.toEqual([])
    expect(faultsOf(changedMessage(false), { content: 'c' })).toEqual([])
  })

  it('a nonce in a follow-up', () => {
    expect(faultsOf(interactionMessage, { content: 'c', nonce: '1' })).toContain('nonce UNKNOWN_FIELD')
  })
})

describe('the fake Discord refuses in an answer', () => {
  const input = { type: 4, custom_id: 'prompt', style: 2 }
  const form = (more: object = {}) => ({
    custom_id: 'form',
    title: 'A form',
    components: [{ type: 18, label: 'Prompt', component: input }],
    ...more,
  })

  it.each<[string, object]>([
    ['another flag on a deferral', { type: 5, data: { flags: v2 } }],
    ['26 choices', { type: 8, data: { choices: many(26, i => ({ name: `n${i}`, value: 'v' })) } }],
    ['a choice over 100', { type: 8, data: { choices: [{ name: long(101), value: 'v' }] } }],
    ['an unknown type', { type: 2 }],
  ])('%s', (_, body) => {
    expect(faultsOf(callback, body)).not.toEqual([])
  })

  it.each<[string, object]>([
    ['a title over 45', form({ title: long(46) })],
    [
      'six components',
      form({
        components: many(6, i => ({ type: 18, label: 'l', component: { ...input, custom_id: `c${i}` } })),
      }),
    ],
    ['no component', form({ components: [] })],
    ['a label over 45', form({ components: [{ type: 18, label: long(46), component: input }] })],
    [
      'a value over 4000',
      form({ components: [{ type: 18, label: 'l', component: { ...input, value: long(4001) } }] }),
    ],
    [
      'a value over its own max_length',
      form({ components: [{ type: 18, label: 'l', component: { ...input, max_length: 3, value: 'four' } }] }),
    ],
    ['a custom id twice', form({ components: many(2, () => ({ type: 18, label: 'l', component: input })) })],
    [
      'a label inside a Label',
      form({ components: [{ type: 18, label: 'l', component: { ...input, label: 'l' } }] }),
    ],
  ])('a form with %s', (_, body) => {
    expect(faultsOf(modal, form())).toEqual([])
    expect(faultsOf(modal, body)).not.toEqual([])
  })
})
