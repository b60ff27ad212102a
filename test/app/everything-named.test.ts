/** Everything that is wrong with a request is named at once: nothing is dropped in silence, nothing has to be found out twice. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Problem } from '../../src/app/problems.ts'
import type { ImagineRequest } from '../../src/app/requests.ts'
import { problemSentence } from '../../src/words/en.ts'
import { languages } from '../../src/words/locale.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel({ config: { wildcards: { hue: ['red'] } } })
})
afterEach(() => t.dispose())

async function codesOf(request: Partial<ImagineRequest>): Promise<string[]> {
  const outcome = await t.easel.imagine({ prompt: 'a cat', ...request }, t.caller(), { confirmed: true })
  if (outcome.kind !== 'refused') return [outcome.kind]
  for (const words of Object.values(languages))
    for (const problem of outcome.problems) expect(problemSentence(words, problem)).toMatch(/[.。][)）]?$/)
  return outcome.problems.map(({ code, details }) => ('name' in details ? `${code} ${details.name}` : code))
}

describe('a request with several mistakes', () => {
  test.each<[Partial<ImagineRequest>, string[]]>([
    [
      { model: 'nope', sampler: 'nope', style: 'nope' },
      ['model-unknown nope', 'style-unknown nope', 'sampler-unknown nope'],
    ],
    [
      { model: 'nope', count: 99, steps: 0, clipSkip: 99, seed: 1.5 },
      [
        'model-unknown nope',
        'out-of-range clip-skip',
        'out-of-range steps',
        'out-of-range n',
        'out-of-range seed',
      ],
    ],
    [{ prompt: 'a {red, __nope__} cat', repeat: 99, count: 9 }, ['out-of-range repeat', 'out-of-range n']],
    [
      { prompt: '__no__ and {__no__, __none__}', sampler: 'nope' },
      ['wildcard-unknown no', 'sampler-unknown nope'],
    ],
    [
      {
        source: { kind: 'stored', pictureId: 'nope' },
        mask: { kind: 'stored', pictureId: 'none' },
        strength: 7,
      },
      ['picture-unknown', 'picture-unknown', 'out-of-range strength'],
    ],
    [{ size: { widthPx: 7, heightPx: 7 }, guidance: 99 }, ['out-of-range cfg', 'size-range']],
  ])('%j', async (request, codes) => {
    expect((await codesOf(request)).sort()).toEqual([...codes].sort())
  })

  test('names a mistake in all of many prompts once', async () => {
    expect(await codesOf({ prompt: 'a {red,green,blue} cat', steps: 999 })).toEqual(['out-of-range steps'])
  })
})

describe('what could not be read', () => {
  const unread = (flag: string): Problem => ({
    code: 'flag-value',
    details: { flag, value: 'x', expected: 'text' },
  })

  test('is named beside all else that is wrong', async () => {
    const problems: Problem[] = [
      { code: 'flag-unknown', details: { flag: '--bogus' } },
      { code: 'picture-not-fetched', details: { use: 'mask', why: 'gone', limitBytes: 1 } },
    ]
    expect(await codesOf({ problems, model: 'nope', count: 99 })).toEqual([
      'flag-unknown',
      'picture-not-fetched',
      'model-unknown nope',
      'out-of-range n',
    ])
    expect(await codesOf({ problems: problems.slice(0, 1) })).toEqual(['flag-unknown'])
  })

  test('is not said to be missing', async () => {
    const mask = { kind: 'stored', pictureId: 'none' } as const
    expect(await codesOf({ problems: [unread('--source')], strength: 0.5, mask })).toEqual([
      'flag-value',
      'picture-unknown',
    ])
    expect(await codesOf({ problems: [unread('--sede')], strength: 0.5 })).toEqual([
      'flag-value',
      'strength-without-source',
    ])
    const tooLong: Problem = { code: 'text-too-long', details: { field: 'command', length: 9, limit: 1 } }
    expect(await codesOf({ prompt: '', problems: [tooLong] })).toEqual(['text-too-long'])
  })
})

describe('an aspect beside a size', () => {
  const aspect = { width: 16, height: 9 }

  test('is named where the two are different shapes', async () => {
    expect(await codesOf({ aspect, size: { widthPx: 128, heightPx: 128 } })).toEqual(['aspect-and-size'])
    expect(await codesOf({ aspect, size: { widthPx: 128, heightPx: 128 }, model: 'nope' })).toEqual([
      'model-unknown nope',
      'aspect-and-size',
    ])
  })

  test('is fine where they agree, as far as the model’s steps let them', async () => {
    expect(await codesOf({ aspect, size: { widthPx: 168, heightPx: 96 } })).toEqual(['accepted'])
    expect(await codesOf({ aspect: { width: 1, height: 1 }, size: { widthPx: 64, heightPx: 64 } })).toEqual([
      'accepted',
    ])
    await t.settled()
  })
})
