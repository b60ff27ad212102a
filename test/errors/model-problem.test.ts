import { expect, test } from 'vitest'
import {
  entryFaults,
  fileKinds,
  foreignFormats,
  headerFaults,
  type ModelConfigProblem,
  type ModelFileProblem,
  modelConfigProblem,
  modelFileProblem,
  valueKinds,
} from '../../src/errors/model-problem.ts'
import {
  modelConfigRefusal as english,
  modelFileRefusal as englishFile,
} from '../../src/words/en/reasons/model.ts'
import {
  modelConfigRefusal as chinese,
  modelFileRefusal as chineseFile,
} from '../../src/words/zh-cn/reasons/model.ts'

/** Plausible facts of any reason, under the names that reasons use. */
const facts: Readonly<Record<string, unknown>> = {
  code: 'EACCES',
  name: 'model.ckpt',
  bytes: 1201,
  claimedBytes: '99999999999',
  limitBytes: 10_001,
  key: 'some_key',
  expectedBytes: 5000,
  foundBytes: 4321,
  tensor: 'conv_in.weight',
  found: '7',
  expected: [3, 4],
  dtype: 'F8_E4M3',
  usable: ['F16'],
  shard: '../x',
  token: '<s0>',
  supported: ['"silu"'],
  minimum: 1,
  maximum: 9,
  exclusive: false,
  levels: 3,
  limit: 8,
  target: '/nowhere',
  by: 'models/a.safetensors',
  family: 'Flux',
  variant: 'Control-LoRA',
  width: 1280,
  most: 75,
  folder: 'loras',
  tensors: ['a', 'b'],
  blocks: 2,
  of: 32,
  heads: 5,
  channels: 320,
  from: 4,
  given: 192,
  pooled: 128,
  idWidth: 32,
  id: 49_408,
  vocabulary: 49_408,
  module: 'lora_unet_input_blocks_4',
  modules: 12,
  examples: ['lora_unet_x'],
}

type Option = (typeof modelFileProblem.options)[number] | (typeof modelConfigProblem.options)[number]

/** Every reason of the union, with each value of its closed lists. */
function examples(options: readonly Option[]): unknown[] {
  const choices: Readonly<Record<string, readonly string[]>> = {
    format: foreignFormats,
    kind: fileKinds,
    part: ['vae', 'text-encoders'],
    fault: ['header', 'tensor-entry'],
    expected: valueKinds,
  }
  return options.flatMap(option => {
    const [what = ''] = [...option.shape.what.values]
    const lists = what === 'header' ? headerFaults : what === 'tensor-entry' ? entryFaults : undefined
    const closed = Object.keys(option.shape).find(key => key in choices) ?? ''
    const values = lists ?? choices[closed] ?? [undefined]
    const candidates = values.map(value => ({
      ...facts,
      what,
      ...(value !== undefined && { [closed]: value }),
    }))
    return [
      ...candidates,
      { ...facts, what, found: 3, expectedBytes: '2^53' },
      { ...facts, what, found: [3] },
      { ...facts, what, found: [[3], [4]] },
      { ...facts, what, kind: 'embedding', found: [768, 999], expected: [64, 128] },
      { ...facts, what, found: 16, expected: 4, allowed: [4, 9], latents: 4 },
    ]
  })
}

const fileProblems = examples(modelFileProblem.options).flatMap(candidate => {
  const parsed = modelFileProblem.safeParse(candidate)
  return parsed.success ? [parsed.data] : []
})
const configProblems = examples(modelConfigProblem.options).flatMap(candidate => {
  const parsed = modelConfigProblem.safeParse(candidate)
  return parsed.success ? [parsed.data] : []
})

test('the examples cover every reason', () => {
  const names = (problems: readonly { what: string }[]) => new Set(problems.map(({ what }) => what)).size
  expect(names(fileProblems)).toBe(modelFileProblem.options.length)
  expect(names(configProblems)).toBe(modelConfigProblem.options.length)
})

test.each<[string, ModelFileProblem]>(fileProblems.map(problem => [JSON.stringify(problem), problem]))(
  'a file refused for %s has a sentence in every language',
  (_, problem) => {
    check(englishFile('unet.safetensors', problem), chineseFile('unet.safetensors', problem))
  },
)

test.each<[string, ModelConfigProblem]>(configProblems.map(problem => [JSON.stringify(problem), problem]))(
  'a key refused for %s has a sentence in every language',
  (_, problem) => {
    check(english('config.json', 'act_fn', problem), chinese('config.json', 'act_fn', problem))
  },
)

function check(inEnglish: string, inChinese: string): void {
  expect(inEnglish).toMatch(/^[^\n]+\.$/)
  expect(inChinese).toMatch(/[\p{Script=Han}].*。$/u)
  for (const sentence of [inEnglish, inChinese]) expect(sentence).not.toMatch(/undefined|object Object|NaN/)
}
