/** A moment in a sentence stands there in the reader's own time, by the platform's own syntax. */
import { expect, test } from 'vitest'
import { render as onDiscord } from '../../src/bots/discord/outbound/render/render.ts'
import { textMessage } from '../../src/bots/messages/message.ts'
import { render as onSlack } from '../../src/bots/slack/outbound/render.ts'
import { en } from '../../src/words/en.ts'
import { inUtc, moment, partsOf } from '../../src/words/moment.ts'

const atMs = Date.UTC(2026, 0, 5, 12, 30)
const seconds = atMs / 1000
const ended = en.problems['quota-used']({
  whose: 'person',
  limit: 4,
  perHours: 24,
  left: 0,
  wanted: 1,
  nextAt: atMs,
})

test('on Discord as its timestamp', () => {
  const text = JSON.stringify(onDiscord(textMessage(ended), en).components)
  expect(text).toContain(`<t:${seconds}:f> (<t:${seconds}:R>)`)
})

test('on Slack as its date, in titles, in small lines and in long texts', () => {
  for (const message of [
    textMessage(ended),
    textMessage('a', [ended]),
    textMessage('a', Array(9).fill(ended)),
  ]) {
    const { blocks, text } = onSlack(message, en)
    expect(JSON.stringify(blocks)).toContain(`"type":"date","timestamp":${seconds}`)
    expect(JSON.stringify([blocks, text])).not.toMatch(/[\ue0f0\ue0f1]/)
  }
})

test('elsewhere in UTC, which is said', () => {
  expect(inUtc(ended)).toMatch(/possible at 2026-01-05 12:30 UTC\.$/)
})

test('the text around a moment stays whole', () => {
  expect(partsOf(`from ${moment(1)} to ${moment(2)}`)).toEqual([
    { kind: 'text', text: 'from ' },
    { kind: 'moment', atMs: 1 },
    { kind: 'text', text: ' to ' },
    { kind: 'moment', atMs: 2 },
  ])
  expect(partsOf('')).toEqual([{ kind: 'text', text: '' }])
})
