import { describe, expect, it } from 'vitest'
import { pictureUses } from '../../../src/app/resolve/request-pictures.ts'
import type { FormField, FormValues } from '../../../src/bots/chat/form-field.ts'
import { fieldOfProblem, paintFields, readPaintForm } from '../../../src/bots/chat/paint-form.ts'
import { readSettings, settingsFields } from '../../../src/bots/chat/settings-form.ts'
import { findFlag } from '../../../src/bots/grammar/flags.ts'
import { en } from '../../../src/words/en.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'

const choices = { models: ['demo'], loras: [], styles: [], controlNets: [], ipAdapters: [], maxCount: 2 }
const filledIn = (fields: Record<string, string>): FormValues => ({ text: id => fields[id] })
const ids = (fields: readonly FormField[]) => fields.map(({ id }) => id)

describe('the form in which a picture is asked for', () => {
  it('asks for what each kind needs, and for no style where there is none', () => {
    const pictures = ['a', 'b']
    expect(ids(paintFields({ kind: 'new' }, choices, en))).toEqual([
      ...['prompt', 'no', 'ar', 'n', 'model', 'refine', 'seed', 'source', 'strength'],
      ...['mask', 'only-masked'],
    ])
    expect(ids(paintFields({ kind: 'remix' }, choices, en))).toEqual([
      ...['prompt', 'no', 'ar', 'n', 'model', 'refine', 'seed'],
    ])
    const source = ids(paintFields({ kind: 'source', pictures }, choices, en))
    expect(source.slice(0, 2)).toEqual(['prompt', 'which'])
    expect(source.slice(-3)).toEqual(['strength', 'mask', 'only-masked'])
    expect(ids(paintFields({ kind: 'source', pictures: ['a'] }, choices, en))).not.toContain('which')
  })

  it('asks for pictures to follow where something in the models folders can follow them', () => {
    const guided = { ...choices, controlNets: ['canny'], ipAdapters: ['plus'] }
    expect(ids(paintFields({ kind: 'new' }, guided, en)).slice(-4)).toEqual([
      ...['control', 'controlPicture', 'image-prompt', 'promptPicture'],
    ])
    const filled = filledIn({ prompt: 'a cat', control: 'canny', 'image-prompt': '0.5', 'only-masked': 'on' })
    expect(readPaintForm('new', filled)).toMatchObject({
      request: { controls: [{ name: 'canny' }], imagePrompts: [{ scale: 0.5 }], onlyMasked: 32 },
    })
  })

  it('offers LoRAs where there are some, and a chosen one is that of the flag', () => {
    const fields = paintFields({ kind: 'new' }, { ...choices, loras: ['people/face'] }, en)
    expect(ids(fields)).toContain('lora')
    expect(readPaintForm('new', filledIn({ prompt: 'a cat', lora: 'people/face' }))).toMatchObject({
      request: { prompt: 'a cat', loras: [{ name: 'people/face' }] },
    })
  })

  it('names its fields after their flags', () => {
    const beside: string[] = ['prompt', 'which', ...pictureUses]
    const fields = [...paintFields({ kind: 'new' }, choices, en), ...settingsFields({}, choices, zhCn)]
    for (const id of ids(fields).filter(each => !beside.includes(each)))
      expect(findFlag(id).kind, id).toBe('known')
  })

  it('makes the request of its fields; a filled field goes before its flag in the prompt', () => {
    const read = readPaintForm('new', filledIn({ prompt: 'a cat --n 1 --seed 7', n: '2', refine: 'on' }))
    expect(read).toMatchObject({
      request: {
        ...{ prompt: 'a cat', count: 2, seed: 7, refine: true },
        overridden: [{ flag: '--n', dropped: '1', used: '2' }],
      },
    })
  })

  it('takes an emptied field of Remix as nothing unwanted any more', () => {
    expect(readPaintForm('remix', filledIn({ prompt: 'a cat' }))).toMatchObject({ request: { negative: '' } })
    const withFlag = filledIn({ prompt: 'a cat --no dogs' })
    expect(readPaintForm('remix', withFlag)).toMatchObject({ request: { negative: 'dogs' } })
    expect(readPaintForm('new', filledIn({ prompt: 'a cat' }))).toEqual({
      request: { prompt: 'a cat' },
      fieldProblems: [],
    })
  })

  it('names the field of everything that cannot be read', () => {
    const read = readPaintForm('new', filledIn({ prompt: 'a cat', ar: 'wide', seed: 'x' }))
    expect(read.fieldProblems.map(({ field }) => field)).toEqual(['ar', 'seed'])
    const flag = readPaintForm('new', filledIn({ prompt: 'a cat --sed 1' }))
    expect(flag).toMatchObject({ fieldProblems: [{ field: 'prompt', problem: { code: 'flag-unknown' } }] })
    const outside = { name: 'n', value: 9, min: 1, max: 4 }
    expect(fieldOfProblem({ code: 'out-of-range', details: outside })).toBe('n')
    expect(fieldOfProblem({ code: 'prompt-empty', details: {} })).toBe('prompt')
  })
})

describe('the form of a person’s own defaults', () => {
  it('reads back what it shows', () => {
    const settings = {
      model: 'demo',
      size: { widthPx: 192, heightPx: 128 },
      count: 2,
      negative: 'text',
      refine: true,
    }
    const shown = Object.fromEntries(
      settingsFields(settings, choices, en).flatMap(field => {
        if (field.kind === 'text') return [[field.id, field.value ?? '']]
        if (field.kind === 'choice') return [[field.id, field.chosen ?? '']]
        return field.kind === 'check' && field.isChecked ? [[field.id, 'on']] : []
      }),
    )
    expect(readSettings(filledIn(shown))).toEqual({ kind: 'read', settings })
  })

  it('makes no default of what is left empty', () => {
    expect(readSettings(filledIn({}))).toEqual({ kind: 'read', settings: {} })
    expect(readSettings(filledIn({ size: 'big' }))).toMatchObject({ problems: [{ field: 'size' }] })
  })
})
