import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  buildParameters,
  type PictureParameters,
  parseParameters,
  withWorkOrder,
  workOrderOf,
} from '../../../../src/engine/image/parameters/parameters.ts'
import { aPaintOrder } from '../../../helpers/work-orders.ts'

const parameters: PictureParameters = {
  prompt: 'a red circle',
  negative: 'blurry, text',
  steps: 20,
  sampler: 'Euler',
  guidance: 7,
  seed: 7n,
  widthPx: 128,
  heightPx: 128,
  modelHash: 'abcdef0123',
  model: 'demo',
  extra: new Map([['Version', 'Easel 0.1.0']]),
}

describe('building', () => {
  test('gives A1111’s text, word for word', () => {
    expect(buildParameters(parameters)).toBe(
      'a red circle\n' +
        'Negative prompt: blurry, text\n' +
        'Steps: 20, Sampler: Euler, CFG scale: 7, Seed: 7, Size: 128x128, Model hash: abcdef0123, Model: demo, Version: Easel 0.1.0',
    )
  })

  test('quotes values that could be misread, like JSON', () => {
    const text = buildParameters({ ...parameters, model: 'a, b: "c"' })
    expect(text).toContain('Model: "a, b: \\"c\\"", Version')
    expect(parseParameters(text).model).toBe('a, b: "c"')
  })

  test('an extra field must not pass itself off as one of the known', () => {
    expect(() => buildParameters({ ...parameters, extra: new Map([['Seed', '8']]) })).toThrow(/Seed/)
  })

  test.each([
    'two\nlines',
    'ends in a line break\n',
    '  blanks around  ',
    'Windows\r\nlines',
    'Negative prompt: not at all',
    'a\nNegative prompt: b',
    'Steps: 1, Sampler: 2, CFG scale: 3',
    'x\nSteps: 1, Sampler: 2, CFG scale: 3\ny',
    '"quoted", \\back\\slashed\\',
    'half a pair \ud83d',
    'NUL \0 and bell \u0007',
    '🎨 中文 עברית',
    '',
  ])('gives this prompt back exactly: %j', prompt => {
    const read = parseParameters(buildParameters({ ...parameters, prompt, negative: prompt }))
    expect(read).toEqual({ ...parameters, prompt, negative: prompt })
  })

  test('parses back to the same parameters (property)', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom('\n', ',', ':', '"', '\\', ' ', 'Steps: ', 'Negative prompt:', 'a', '\r'),
      }),
    )
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
    fc.assert(
      fc.property(
        fc.record({
          prompt: text,
          negative: text,
          steps: fc.integer({ min: 1, max: 1000 }),
          sampler: optional(text),
          guidance: fc.double({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }),
          seed: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
          model: optional(text),
          notes: text,
        }),
        ({ notes, ...some }) => {
          const given = {
            ...some,
            widthPx: 64,
            heightPx: 96,
            modelHash: 'ab',
            extra: new Map([['Notes', notes]]),
          }
          const read = parseParameters(buildParameters(given))
          expect(read).toEqual({ ...given, guidance: given.guidance + 0 })
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('the work order inside', () => {
  test('comes back exactly, and the text stays readable for A1111', () => {
    const order = aPaintOrder({ prompt: { positive: 'a "b",\nSteps: 3', negative: null, clipSkip: 1 } })
    const text = buildParameters(withWorkOrder(parameters, order))
    expect(text.split('\n')).toHaveLength(3)
    expect(workOrderOf(parseParameters(text))).toEqual(order)
  })

  test.each([['{"kind":"paint"}'], ['not json'], ['null'], ['{"kind":"format-disk"}']])(
    'is undefined where somebody tampered with it: %s',
    json => {
      expect(workOrderOf({ ...parameters, extra: new Map([['Easel', json]]) })).toBeUndefined()
    },
  )

  test('is undefined where Easel did not make the picture', () => {
    expect(workOrderOf(parameters)).toBeUndefined()
  })
})

describe('reading other programs’ texts', () => {
  test('A1111 with hires fix, LoRA hashes and a prompt over lines', () => {
    const read = parseParameters(
      'masterpiece, (best quality:1.2),\na castle <lora:add_detail:0.8>\n' +
        'Negative prompt: lowres,\nbad hands\n' +
        'Steps: 30, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 4294967295, Size: 832x1216, ' +
        'Model hash: 31e35c80fc, Model: sd_xl_base_1.0, Denoising strength: 0.4, Hires upscale: 1.5, ' +
        'Lora hashes: "add_detail: 7c6bad76eb54, other: 12", Version: v1.10.1',
    )
    expect(read).toMatchObject({
      prompt: 'masterpiece, (best quality:1.2),\na castle <lora:add_detail:0.8>',
      negative: 'lowres,\nbad hands',
      steps: 30,
      sampler: 'DPM++ 2M',
      guidance: 6.5,
      seed: 4294967295n,
      widthPx: 832,
      heightPx: 1216,
      modelHash: '31e35c80fc',
      model: 'sd_xl_base_1.0',
    })
    expect([...read.extra]).toEqual([
      ['Schedule type', 'Karras'],
      ['Denoising strength', '0.4'],
      ['Hires upscale', '1.5'],
      ['Lora hashes', 'add_detail: 7c6bad76eb54, other: 12'],
      ['Version', 'v1.10.1'],
    ])
  })

  test('Civitai: JSON without quotes, dates with colons', () => {
    const read = parseParameters(
      'a cat\nSteps: 25, Sampler: Euler a, CFG scale: 5, Seed: 1, Size: 1024x1024, Clip skip: 2, ' +
        'Created Date: 2024-09-01T10:11:12.1314Z, Civitai resources: [{"type":"checkpoint","modelVersionId":1,' +
        '"name":"a, \\"b\\" [c"},{"type":"lora"}], Civitai metadata: {}',
    )
    expect([...read.extra]).toEqual([
      ['Clip skip', '2'],
      ['Created Date', '2024-09-01T10:11:12.1314Z'],
      [
        'Civitai resources',
        '[{"type":"checkpoint","modelVersionId":1,"name":"a, \\"b\\" [c"},{"type":"lora"}]',
      ],
      ['Civitai metadata', '{}'],
    ])
  })

  test('Forge: no negative prompt, Windows line ends, notes behind the fields', () => {
    const read = parseParameters(
      'a dog\r\nSteps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Seed: 3, Size: 64x64\r\nTemplate: a {dog|cat}',
    )
    expect(read).toMatchObject({ prompt: 'a dog', negative: '', seed: 3n })
  })

  test('values that are not what they should be stay as extra fields', () => {
    const read = parseParameters('x\nSteps: many, Sampler: Euler, Seed: 1e999, Size: big, CFG scale: 7')
    expect(read).toMatchObject({ sampler: 'Euler', guidance: 7, steps: undefined, seed: undefined })
    expect([...read.extra]).toEqual([
      ['Steps', 'many'],
      ['Seed', '1e999'],
      ['Size', 'big'],
    ])
  })

  test('an unquoted comma belongs to the value before it', () => {
    const read = parseParameters('x\nSteps: 1, Sampler: Euler, CFG scale: 7, Note: one, two')
    expect(read.extra.get('Note')).toBe('one, two')
  })

  test('text without fields is a prompt', () => {
    expect(parseParameters('just words: here')).toMatchObject({
      prompt: 'just words: here',
      steps: undefined,
    })
  })

  test('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => void parseParameters(text)))
  })

  // Each is a megabyte on one line: quadratic reading would take minutes and run into the test's time limit.
  test.each(['a: "', 'a: [', 'a: [,', 'a: {"', '"\\', 'a:,', 'a: "\\",', 'a ', 'Steps: "{', '[{', ','])(
    'stays linear on a megabyte of %j',
    hostile => {
      const text = hostile.repeat(1_000_000 / hostile.length)
      const { prompt, extra } = parseParameters(text)
      expect(prompt.length + extra.size).toBeGreaterThan(0)
    },
  )
})
