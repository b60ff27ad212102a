import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/app/problems.ts'
import type { ImagineRequest } from '../../../src/app/requests.ts'
import { formatRequest, parseCommand } from '../../../src/bots/grammar/command-line.ts'
import { flagList } from '../../../src/bots/grammar/flags.ts'
import { midjourneyFlag } from '../../../src/bots/grammar/midjourney-flags.ts'
import { bounds } from '../../../src/common/bounds.ts'
import { en } from '../../../src/words/en.ts'

function request(text: string): ImagineRequest {
  const read = parseCommand(text)
  if (read.problems !== undefined) throw new Error(`not read: ${JSON.stringify(read.problems)}`)
  return read
}

function problems(text: string): readonly Problem[] {
  return parseCommand(text).problems ?? []
}

describe('a command is read as people type it', () => {
  it('takes everything before the first flag as the prompt', () => {
    expect(request('a red circle, on blue')).toEqual({ prompt: 'a red circle, on blue' })
    expect(request('  /imagine a cat --seed 7 ')).toEqual({ prompt: 'a cat', seed: 7 })
  })

  it.each<[string, Partial<ImagineRequest>]>([
    ['--no blurry, text', { negative: 'blurry, text' }],
    ['--negative dogs', { negative: 'dogs' }],
    ['--no ""', { negative: '' }],
    ['--ar 3:2', { aspect: { width: 3, height: 2 } }],
    ['--ar 16x9', { aspect: { width: 16, height: 9 } }],
    ['--ar 2,39:1', { aspect: { width: 2.39, height: 1 } }],
    ['--cfg 7,5 --interval 0,2:0,8', { guidance: 7.5, guidanceInterval: [0.2, 0.8] }],
    ['--seed -1', { seed: -1 }],
    ['--scheduler "SGM Uniform"', { schedule: 'SGM Uniform' }],
    ['--syntax comfyui', { syntax: 'comfyui' }],
    ['--aspect 3：2', { aspect: { width: 3, height: 2 } }],
    ['--size 1024x768', { size: { widthPx: 1024, heightPx: 768 } }],
    ['--size 1024×768', { size: { widthPx: 1024, heightPx: 768 } }],
    ['--n 4', { count: 4 }],
    ['--seed ４２', { seed: 42 }],
    ['--seed=7', { seed: 7 }],
    ['--steps 30 --cfg 7.5', { steps: 30, guidance: 7.5 }],
    ['--rescale 0.7', { guidanceRescale: 0.7 }],
    ['--interval 0.1:0.8', { guidanceInterval: [0.1, 0.8] }],
    ['--sampler dpmpp-2m --sigmas karras', { sampler: 'dpmpp-2m', sigmas: 'karras' }],
    ['--preset turbo', { preset: 'turbo' }],
    ['--model "my model.v2"', { model: 'my model.v2' }],
    ['--style “oil painting”', { style: 'oil painting' }],
    ['--refine', { refine: true }],
    ['--refine ensemble', { refine: 'ensemble' }],
    ['--refine after', { refine: 'after' }],
    ['--refine off', { refine: false }],
    ['--source abc123 --strength 0.5', { source: { kind: 'stored', pictureId: 'abc123' }, strength: 0.5 }],
    ['--iw 0.5', { strength: 0.5 }],
    ['--clip-skip 1', { clipSkip: 1 }],
    ['--prompt2 "--seed 3 is not a flag here"', { prompt2: '--seed 3 is not a flag here' }],
    ['--fast', { fast: true }],
    ['--repeat 3', { repeat: 3 }],
    ['—ar 16:9 –n 2', { aspect: { width: 16, height: 9 }, count: 2 }],
    ['--AR 1:1', { aspect: { width: 1, height: 1 } }],
  ])('%s', (flags, expected) => {
    expect(request(`a cat ${flags}`)).toEqual({ prompt: 'a cat', ...expected })
  })

  it.each([
    'a semi-abstract well--known picture',
    'night -- rain -- neon',
    'a cat — asleep – on a mat',
    '一只猫——坐在垫子上',
    'temperature -5, (word:1.2), [less]',
    'a sign that says "--no entry" in red',
  ])('keeps dashes that are no flags in the prompt: %s', prompt => {
    expect(request(prompt)).toEqual({ prompt })
  })

  it('lets an open quotation mark be just that', () => {
    expect(request('a 5" screen --seed 3')).toEqual({ prompt: 'a 5" screen', seed: 3 })
    expect(request('"a cat --seed 3')).toEqual({ prompt: '"a cat', seed: 3 })
  })
})

describe('what cannot be read is named', () => {
  it('names an unknown flag with the nearest one', () => {
    expect(problems('a cat --sed 3')).toEqual([
      { code: 'flag-unknown', details: { flag: '--sed', nearest: '--seed' } },
    ])
    expect(problems('a cat —stepz 3')).toEqual([
      { code: 'flag-unknown', details: { flag: '--stepz', nearest: '--steps' } },
    ])
    expect(problems('a cat --qqqqqq')).toEqual([
      { code: 'flag-unknown', details: { flag: '--qqqqqq', nearest: undefined } },
    ])
  })

  it.each([
    ['--v 6', '--v', '--model'],
    ['--stylize 250', '--stylize', '--cfg'],
    ['--S 50', '--S', '--cfg'],
    ['--chaos 30', '--chaos', '--n'],
    ['--niji', '--niji', '--model'],
    ['--sref https://e.x/a.png', '--sref', '--style'],
    ['--weird 100', '--weird', undefined],
    ['--tile', '--tile', undefined],
  ])('tells a habit of Midjourney from a slip: %s', (flags, flag, nearest) => {
    expect(problems(`a cat ${flags}`)).toEqual([
      { code: 'flag-of-midjourney', details: nearest === undefined ? { flag } : { flag, nearest } },
    ])
  })

  it('has no flag under a name that is taken for Midjourney’s', () => {
    for (const [name, { aliases }] of flagList)
      for (const own of [name, ...aliases]) expect(midjourneyFlag(own), own).toBeUndefined()
  })

  it.each([
    ['--steps', 'whole-number'],
    ['--steps many', 'whole-number'],
    ['--steps 2.5', 'whole-number'],
    ['--steps 20 and a dog', 'whole-number'],
    ['--cfg seven', 'number'],
    ['--ar 3by2', 'ratio'],
    ['--ar 0:1', 'ratio'],
    ['--size big', 'size'],
    ['--interval 0.8:0.1', 'interval'],
    ['--no', 'text'],
    ['--refine maybe', 'refine'],
    ['--fast a dog', 'on-off'],
    ['--sigmas round', 'sigmas'],
    ['--source ../x', 'picture-id'],
  ])('%s expects %s', (flags, expected) => {
    expect(problems(`a cat ${flags}`)).toMatchObject([{ code: 'flag-value', details: { expected } }])
  })

  it.each([
    ['--seed -2', { name: 'seed', value: -2, min: -1, max: bounds.seed.max }],
    [
      '--seed 18446744073709551615',
      { name: 'seed', value: '18446744073709551615', min: -1, max: bounds.seed.max },
    ],
    ['--strength 1.5', { name: 'strength', value: 1.5, min: 0, max: 1 }],
    ['--interval 0:2', { name: 'interval', value: 2, min: 0, max: 1 }],
  ])('%s is out of range', (flags, details) => {
    expect(problems(`a cat ${flags}`)).toEqual([{ code: 'out-of-range', details }])
  })

  it('names a flag given twice, and every problem at once', () => {
    expect(problems('a cat --seed 1 --seed 2').map(p => p.code)).toEqual(['flag-repeated'])
    expect(problems('a cat --aspect 1:1 --ar 2:1 --foo --steps x').map(p => p.code)).toEqual([
      'flag-repeated',
      'flag-unknown',
      'flag-value',
    ])
  })
})

describe('the table of flags', () => {
  it('never uses a name twice', () => {
    const names = flagList.flatMap(([name, { aliases }]) => [name, ...aliases])
    expect(new Set(names).size).toBe(names.length)
  })

  it('holds every flag that help describes', () => {
    expect(flagList.map(([name]) => name).sort()).toEqual(Object.keys(en.flags).sort())
  })
})

describe('the label of Discord’s option, typed or copied', () => {
  it.each(['/imagine prompt: a cat', '/imagine prompt:a cat', 'Prompt: a cat', '/imagine prompt: "a cat"'])(
    '%s is no part of the prompt',
    text => {
      expect(parseCommand(`${text} --seed 3`)).toEqual({ prompt: 'a cat', seed: 3 })
    },
  )

  it('is part of it in quotes, and a prompt that begins so is written in quotes', () => {
    expect(parseCommand('/imagine "prompt: a cat"').prompt).toBe('prompt: a cat')
    expect(formatRequest({ prompt: 'prompt: a cat' })).toBe('/imagine "prompt: a cat"')
    expect(parseCommand('/imagine prompted: a cat').prompt).toBe('prompted: a cat')
  })
})
