import { describe, expect, it } from 'vitest'
import { checkMessageBlocks, checkView } from './block-kit.ts'

const plain = (length: number) => ({ type: 'plain_text', text: 'x'.repeat(length) })
const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) })
const button = (changes: object = {}) => ({
  type: 'button',
  text: plain(75),
  action_id: 'a'.repeat(255),
  ...changes,
})
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))
const input = (element: object) => ({ type: 'input', label: plain(10), element })
const textInput = (changes: object = {}) => ({ type: 'plain_text_input', action_id: 'a', ...changes })

/** What passes at the limit, and the same one step over it. */
const messageLimits: [string, unknown[], unknown[]][] = [
  ['50 blocks', many(50, () => ({ type: 'divider' })), many(51, () => ({ type: 'divider' }))],
  [
    '25 elements in actions',
    [actions(...many(25, i => button({ action_id: `a${i}` })))],
    [actions(...many(26, i => button({ action_id: `a${i}` })))],
  ],
  ['75 characters on a button', [actions(button())], [actions(button({ text: plain(76) }))]],
  [
    '2000 characters of button value',
    [actions(button({ value: 'v'.repeat(2000) }))],
    [actions(button({ value: 'v'.repeat(2001) }))],
  ],
  [
    '3000 characters of button url',
    [actions(button({ url: `https://e.org/${'u'.repeat(2986)}` }))],
    [actions(button({ url: `https://e.org/${'u'.repeat(2987)}` }))],
  ],
  ['255 characters of action_id', [actions(button())], [actions(button({ action_id: 'a'.repeat(256) }))]],
  [
    '255 characters of block_id',
    [{ type: 'divider', block_id: 'b'.repeat(255) }],
    [{ type: 'divider', block_id: 'b'.repeat(256) }],
  ],
  [
    '10 elements in context',
    [{ type: 'context', elements: many(10, () => mrkdwn(1)) }],
    [{ type: 'context', elements: many(11, () => mrkdwn(1)) }],
  ],
  [
    '3000 characters in a section',
    [{ type: 'section', text: mrkdwn(3000) }],
    [{ type: 'section', text: mrkdwn(3001) }],
  ],
  [
    '10 fields in a section',
    [{ type: 'section', fields: many(10, () => plain(2000)) }],
    [{ type: 'section', fields: many(11, () => plain(2000)) }],
  ],
  [
    '2000 characters in a field',
    [{ type: 'section', fields: [plain(2000)] }],
    [{ type: 'section', fields: [plain(2001)] }],
  ],
  [
    '2000 characters of alt text',
    [{ type: 'image', image_url: 'https://e.org/a.png', alt_text: 'x'.repeat(2000) }],
    [{ type: 'image', image_url: 'https://e.org/a.png', alt_text: 'x'.repeat(2001) }],
  ],
  [
    '150 characters in a header',
    [{ type: 'header', text: plain(150) }],
    [{ type: 'header', text: plain(151) }],
  ],
]

/** Shapes that Slack refuses outright. */
const malformed: [string, unknown[]][] = [
  ['an image without alt text', [{ type: 'image', image_url: 'https://e.org/a.png' }]],
  ['an image from nowhere', [{ type: 'image', alt_text: 'x' }]],
  [
    'an image from two places',
    [{ type: 'image', alt_text: 'x', image_url: 'https://e.org/a.png', slack_file: { id: 'F00000001' } }],
  ],
  ['an unknown field', [{ type: 'divider', colour: 'red' }]],
  ['an unknown block', [{ type: 'carousel' }]],
  ['an empty text', [{ type: 'section', text: mrkdwn(0) }]],
  ['a section without text', [{ type: 'section' }]],
  ['an empty actions block', [actions()]],
  [
    'a block id twice',
    [
      { type: 'divider', block_id: 'b' },
      { type: 'divider', block_id: 'b' },
    ],
  ],
  ['an action id twice in a block', [actions(button(), button())]],
  ['a file input in a message', [input({ type: 'file_input', action_id: 'a' })]],
]

const modal = (changes: object = {}) => ({
  type: 'modal',
  title: plain(24),
  submit: plain(24),
  close: plain(24),
  blocks: [],
  ...changes,
})
const viewLimits: [string, unknown, unknown][] = [
  ['24 characters of title', modal(), modal({ title: plain(25) })],
  ['24 characters of submit', modal(), modal({ submit: plain(25) })],
  [
    '3000 characters of private_metadata',
    modal({ private_metadata: 'm'.repeat(3000) }),
    modal({ private_metadata: 'm'.repeat(3001) }),
  ],
  [
    '255 characters of callback_id',
    modal({ callback_id: 'c'.repeat(255) }),
    modal({ callback_id: 'c'.repeat(256) }),
  ],
  [
    '100 blocks',
    modal({ blocks: many(100, () => ({ type: 'divider' })) }),
    modal({ blocks: many(101, () => ({ type: 'divider' })) }),
  ],
  [
    '3000 characters of initial value',
    modal({ blocks: [input(textInput({ initial_value: 'v'.repeat(3000) }))] }),
    modal({ blocks: [input(textInput({ initial_value: 'v'.repeat(3001) }))] }),
  ],
  [
    'a submit button where there are fields',
    modal({ blocks: [input(textInput())] }),
    modal({ submit: undefined, blocks: [input(textInput())] }),
  ],
  [
    '100 options in a select',
    modal({ blocks: [input(select(100))] }),
    modal({ blocks: [input(select(101))] }),
  ],
  [
    '150 characters of option value',
    modal({ blocks: [input(select(1, 150))] }),
    modal({ blocks: [input(select(1, 151))] }),
  ],
]

function select(options: number, valueLength = 1): object {
  const option = { text: plain(1), value: 'v'.repeat(valueLength) }
  return { type: 'static_select', action_id: 'a', options: many(options, () => option) }
}

describe('Block Kit of the fake Slack', () => {
  it.each(messageLimits)('allows %s in a message and no more', (_name, good, bad) => {
    expect(checkMessageBlocks(good)).toMatchObject({ kind: 'good' })
    expect(checkMessageBlocks(bad)).toMatchObject({ kind: 'bad' })
  })

  it.each(malformed)('refuses %s', (_name, blocks) => {
    expect(checkMessageBlocks(blocks)).toMatchObject({ kind: 'bad' })
  })

  it.each(viewLimits)('allows %s in a modal and no more', (_name, good, bad) => {
    expect(checkView(good)).toMatchObject({ kind: 'good' })
    expect(checkView(bad)).toMatchObject({ kind: 'bad' })
  })
})
