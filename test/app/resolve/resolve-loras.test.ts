/** Promises of LoRAs in requests: named in the prompt or by the flag they are one list, and the command says the same again. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestOf } from '../../../src/app/derive/request-of-job.ts'
import type { ImagineRequest } from '../../../src/app/requests.ts'
import { type ResolveContext, resolve } from '../../../src/app/resolve/resolve.ts'
import { formatRequest, parseCommand } from '../../../src/bots/grammar/command-line.ts'
import { parameterTable } from '../../../src/bots/messages/parameters.ts'
import { loadConfig } from '../../../src/config/config.ts'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import { templateFor } from '../../../src/engine/text/expand-prompt.ts'
import { type PaintOrder, workOrder } from '../../../src/engine/work-order.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en, problemSentence } from '../../../src/words/en.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'
import { fakeStorage } from '../../fakes/fake-models.ts'
import { demoModel } from '../../helpers/build-test-easel.ts'

const seed = Number(process.env.EASEL_FUZZ_SEED ?? 20_261_126)
console.log(`random LoRAs: EASEL_FUZZ_SEED=${seed}`)

const files = ['style', 'people/face', 'people/hands', 'animals/hands', 'odd:1'].map((name): FileRecord => {
  return {
    kind: 'lora',
    name,
    family: 'SDXL',
    hash: `${name}-hash`,
    storage: fakeStorage,
    lora: { dataHash: `${name}-data`, ...(name === 'odd:1' && { alias: 'Trained_v2' }) },
  }
})

function resolved(request: Partial<ImagineRequest>) {
  const context: ResolveContext = {
    catalogue: { models: [demoModel], files },
    config: loadConfig(packageRoot, packageRoot),
    settings: {},
    seed: 1,
  }
  return resolve({ prompt: 'a cat', ...request }, context)
}

function orderOf(request: Partial<ImagineRequest>): PaintOrder {
  const outcome = resolved(request)
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.problems))
  workOrder.parse(outcome.order)
  return outcome.order
}

function lorasOf(request: Partial<ImagineRequest>): string[] {
  return (orderOf(request).loras ?? []).map(({ name, unetWeight, textWeight }) =>
    [name, unetWeight, textWeight].join(' '),
  )
}

function said(request: Partial<ImagineRequest>): string[] {
  const outcome = resolved(request)
  const problems = outcome.kind === 'refused' ? outcome.problems : outcome.notices
  for (const one of problems) expect(problemSentence(zhCn, one)).toMatch(/。$/)
  return problems.map(one => problemSentence(en, one))
}

describe('LoRAs of a request', () => {
  test.each<[string, string[]]>([
    ['a cat <lora:style>', ['style 1 1']],
    ['a cat <lora:style:0.8>', ['style 0.8 0.8']],
    ['a cat <lora:style:0,8>', ['style 0.8 0.8']],
    ['a cat <lora:style:-0.5:0>', ['style -0.5 0']],
    ['a cat <lora:style:te=0.3:unet=0.7>', ['style 0.7 0.3']],
    ['a cat <lora:style:0.7:te=0.3>', ['style 0.7 0.3']],
    ['a cat <lyco:style:1>', ['style 1 1']],
    ['<lora:STYLE:1> a <lora:face:0.5> cat', ['style 1 1', 'people/face 0.5 0.5']],
    // The name that its trainer gave it, as A1111 writes it.
    ['a cat <lora:Trained_v2:1>', ['odd:1 1 1']],
    ['a cat', []],
  ])('%s names %j', (prompt, loras) => {
    expect(lorasOf({ prompt })).toEqual(loras)
  })

  test('LoRAs of the prompt come before those of the flag, and one may be named twice', () => {
    const loras = [{ name: 'style', unetWeight: 0.5 }, { name: 'people/hands' }]
    expect(lorasOf({ prompt: 'a cat <lora:style:0.2>', loras })).toEqual([
      'style 0.2 0.2',
      'style 0.5 0.5',
      'people/hands 1 1',
    ])
  })

  test('under a rule that knows no such marks they are text', () => {
    expect(lorasOf({ prompt: 'a cat <lora:style:1>', syntax: 'comfyui' })).toEqual([])
  })

  test.each<[string, string]>([
    ['a cat <lora:stile:1>', 'There is no LoRA “stile”. Known: style.'],
    // Two of them end in that name: which one is meant is for the person to say.
    ['a cat <lora:hands:1>', 'There is no LoRA “hands”. Known: people/hands, animals/hands.'],
    ['a cat <lora:style:strong>', 'The LoRA style needs a number as its weight, or two, not “strong”.'],
    ['a cat <lora:style:1:1:1>', 'The LoRA style needs a number as its weight, or two, not “1:1:1”.'],
    ['a cat <lora:style:11>', 'lora style is 11, but must be from -10 to 10.'],
  ])('%s is refused: %s', (prompt, sentence) => {
    expect(said({ prompt })).toEqual([sentence])
  })

  test('other networks, and LoRAs in the negative prompt, are removed with a remark', () => {
    expect(said({ prompt: 'a cat <hypernet:x:1>', negative: 'dogs <lora:style:1>' })).toEqual([
      '“<hypernet:x>” is left out: there is nothing of that kind here.',
      'The LoRA style is named in what should not be in the picture and left out: LoRAs belong in the prompt.',
    ])
  })

  test('the hash that other programs know it by goes along', () => {
    expect(orderOf({ loras: [{ name: 'style' }] }).loras).toEqual([
      { name: 'style', hash: 'style-hash', unetWeight: 1, textWeight: 1, dataHash: 'style-data' },
    ])
  })

  test.each<Partial<ImagineRequest>>([
    { prompt: 'a cat <lora:style:0.2>', loras: [{ name: 'style', unetWeight: 0.5 }] },
    { loras: [{ name: 'people/face', unetWeight: -1, textWeight: 0 }, { name: 'odd:1' }] },
    { prompt: '-- a {cat} <lora:style>' },
    { loras: [{ name: 'odd:1', unetWeight: 0.25, textWeight: 1 }] },
  ])('the command of %j asks for the same again', request => {
    const order = orderOf(request)
    const command = formatRequest(requestOf({ order }) ?? { prompt: '' })
    const parsed = parseCommand(command)
    if (parsed.problems !== undefined) throw new Error(command)
    expect(orderOf(parsed)).toEqual(order)
  })

  test('the command of a request with any LoRAs gives the same order', () => {
    const name = fc.constantFrom('style', 'face', 'animals/hands', 'odd:1', 'Trained_v2')
    const weight = fc.integer({ min: -1000, max: 1000 }).map(hundredths => hundredths / 100)
    const optional = fc.option(weight, { nil: undefined })
    const wish = fc.record({ name, unetWeight: optional, textWeight: optional })
    // A colon in a name ends it inside of a prompt.
    const mention = fc
      .tuple(fc.constantFrom('style', 'face', 'trained_v2'), weight, weight)
      .map(parts => `<lora:${parts.join(':')}>`)
    const words = fc.constantFrom('a cat', '-- {a} cat', 'a (cat:1.2)', '"a" cat --')
    const prompt = fc.tuple(words, fc.array(mention, { maxLength: 2 })).map(parts => parts.flat().join(' '))
    fc.assert(
      fc.property(prompt, fc.array(wish, { maxLength: 3 }), (prompt, loras) => {
        const order = orderOf({ prompt: templateFor(prompt), ...(loras.length > 0 && { loras }) })
        const parsed = parseCommand(formatRequest(requestOf({ order }) ?? { prompt: '' }))
        if (parsed.problems !== undefined) throw new Error(JSON.stringify(parsed.problems))
        expect(orderOf(parsed)).toEqual(order)
      }),
      { numRuns: 200, seed },
    )
  })

  test('Info has each with its weights and its hash', () => {
    const order = orderOf({
      loras: [{ name: 'style' }, { name: 'people/face', unetWeight: 0.5, textWeight: 0 }],
    })
    const rows = parameterTable({ order, promptAsTyped: '' }, 0, en).filter(([name]) => name === 'LoRA')
    expect(rows).toEqual([
      ['LoRA', 'style (style-hash), 1'],
      ['LoRA', 'people/face (people/fac), 0.5, text encoders 0'],
    ])
  })
})

describe('the flag', () => {
  test.each<[string, ImagineRequest['loras']]>([
    ['--lora style', [{ name: 'style' }]],
    ['--lora style:0.8', [{ name: 'style', unetWeight: 0.8 }]],
    ['--lora style:0,8', [{ name: 'style', unetWeight: 0.8 }]],
    ['--lora a b:-1:0.5', [{ name: 'a b', unetWeight: -1, textWeight: 0.5 }]],
    ['--lora style:0.8; people/face', [{ name: 'style', unetWeight: 0.8 }, { name: 'people/face' }]],
    ['--lora style:0.8 --lora face', [{ name: 'style', unetWeight: 0.8 }, { name: 'face' }]],
    ['--lora odd:x', [{ name: 'odd:x' }]],
  ])('%s', (flags, loras) => {
    expect(parseCommand(`a cat ${flags}`)).toEqual({ prompt: 'a cat', loras })
  })

  test.each(['--lora', '--lora ;', '--lora a;', '--lora :0.5'])('%s is refused', flags => {
    expect(parseCommand(`a cat ${flags}`)).toHaveProperty('problems')
  })
})
