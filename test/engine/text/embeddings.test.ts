import { describe, expect, test } from 'vitest'
import { recognise } from '../../../src/engine/models/recognise/recognise.ts'
import {
  describeEmbedding,
  readEmbeddingVectors,
  withoutWords,
} from '../../../src/engine/text/embedding-file.ts'
import {
  embeddingsIn,
  namedEmbeddings,
  unfitWidths,
  unknownEmbeddings,
} from '../../../src/engine/text/embedding-names.ts'
import { promptRules } from '../../../src/engine/text/prompt-rules.ts'
import { tokeniseFor } from '../../../src/engine/text/tokenise.ts'
import { readSafetensorsHeader } from '../../../src/engine/weights/safetensors.ts'
import { floats, writeSafetensors } from '../../helpers/models/safetensors.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const both = [
  { tensor: 'clip_l', vectors: 2, width: 768, encoder: 'first' },
  { tensor: 'clip_g', vectors: 2, width: 1280, encoder: 'second' },
] as const
const known = namedEmbeddings([
  { name: 'styles/My-Cat', hash: 'a', parts: both },
  { name: 'cat', hash: 'b', parts: [{ tensor: 'emb_params', vectors: 1, width: 768 }] },
  { name: 'one', hash: 'c', parts: [{ tensor: '<clay>', vectors: 1, width: 768, placeholder: '<clay>' }] },
  { name: 'paint (1)', hash: 'e', parts: both },
  { name: 'two', hash: 'd', parts: [{ tensor: '<clay>', vectors: 1, width: 1280, placeholder: '<clay>' }] },
])
const namesIn = (text: string, way: 'plain' | 'prefixed' | 'none' = 'plain') =>
  embeddingsIn([text], known, way).map(({ name }) => name)

describe('an embedding is named', () => {
  test.each([
    ['a photo of my-cat', ['My-Cat']],
    ['a photo of styles/my-cat', ['styles/My-Cat']],
    ['(embedding:My-Cat:1.2), cat', ['My-Cat', 'cat']],
    ['onemy-cattwo', ['My-Cat']],
    ['a <clay> figure', ['<clay>']],
    ['a (paint \\(1\\):1.2) figure', ['paint (1)']],
    ['concatenate cats', []],
    ['a PAINT \n \\(1\\) figure', ['paint (1)']],
    ['a dog', []],
  ])('plainly or with its prefix: %s', (text, names) => expect(namesIn(text)).toEqual(names))

  test('with its prefix alone, as ComfyUI has it', () => {
    expect(namesIn('my-cat', 'prefixed')).toEqual([])
    expect(namesIn('embedding:my-cat', 'prefixed')).toEqual(['My-Cat'])
  })

  test('by a placeholder that two files share, one for each encoder', () => {
    const [clay] = embeddingsIn(['<clay>'], known, 'plain')
    expect(clay?.parts.map(({ file, width }) => [file, width])).toEqual([
      ['one', 768],
      ['two', 1280],
    ])
  })

  test('an unknown name is refused with the nearest one', () => {
    expect(unknownEmbeddings('embedding:my-cart, embedding:cat', known, 'plain')).toEqual([
      { name: 'my-cart', nearest: expect.arrayContaining(['My-Cat']) },
    ])
  })
})

test.each(['*', 'weight', 'Cat', '<|endoftext|>'])(
  'the placeholder %s is a word of CLIP, so it is no name',
  async word => {
    const part = { tensor: word, vectors: 1, width: 768 }
    const name = { ...part, placeholder: '<clay>' }
    expect(await withoutWords([{ ...part, placeholder: word }, name])).toEqual([part, name])
  },
)

test('widths that fit none of the encoders are told', () => {
  const [cat] = embeddingsIn(['my-cat'], known, 'plain')
  if (!cat) expect.fail()
  expect(unfitWidths(cat, { first: 768, second: 1280 })).toEqual([])
  expect(unfitWidths(cat, { first: 64, second: 128 })).toEqual([768, 1280])
})

test('a name takes as many places as it has vectors, and none where the encoder has none', () => {
  const tokenizer = {
    start: 0,
    end: 1,
    padding: 1,
    highestId: 9,
    encode: () => [7],
    encodePlain: (t: string) => (t.trim() ? [7] : []),
  }
  const vectors = [new Float32Array(1), new Float32Array(1)]
  const tokens = (named: Float32Array[]) =>
    tokeniseFor(tokenizer, promptRules.a1111, [{ name: 'my-cat', vectors: named }]).tokens('a my-cat here')
  expect(tokens(vectors)).toEqual([7, vectors, 7])
  expect(tokens([])).toEqual([7, 7])
})

test('a name with brackets has backslashes in the prompt, and takes its place with the weight around it', () => {
  const tokenizer = { start: 0, end: 1, padding: 1, highestId: 9, encode: () => [7], encodePlain: () => [7] }
  const vectors = [new Float32Array(1)]
  const tokenise = tokeniseFor(tokenizer, promptRules.a1111, [{ name: 'paint (1)', vectors }])
  const [chunk] = promptRules.a1111.chunks('(paint \\(1\\):1.5)', tokenise)
  expect(chunk).toContainEqual({ token: vectors[0], weight: 1.5 })
})

describe('a file of textual inversion', () => {
  const file = () => `${tempFolder()}/e.safetensors`

  test('gives its vectors', async () => {
    const path = file()
    writeSafetensors(path, { emb_params: { dtype: 'F32', shape: [2, 3], bytes: floats(1, 2, 3, 4, 5, 6) } })
    const header = await readSafetensorsHeader(path)
    expect(describeEmbedding(path, header)).toEqual([{ tensor: 'emb_params', vectors: 2, width: 3 }])
    const vectors = await readEmbeddingVectors(path, 'emb_params')
    expect(vectors.map(vector => [...vector])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
  })

  test('of OneTrainer gives the vectors for the encoders’ input, or says that it has none', async () => {
    const path = file()
    const vector = { dtype: 'F32', shape: [1, 2], bytes: floats(1, 2) } as const
    writeSafetensors(path, { clip_l: vector, clip_l_out: vector, clip_g: vector, clip_g_out: vector })
    const header = await readSafetensorsHeader(path)
    expect(recognise(header)).toMatchObject({ kind: 'embedding', family: 'SDXL' })
    expect(describeEmbedding(path, header)).toEqual([
      { tensor: 'clip_l', vectors: 1, width: 2, encoder: 'first' },
      { tensor: 'clip_g', vectors: 1, width: 2, encoder: 'second' },
    ])
    writeSafetensors(path, { clip_l_out: vector })
    const output = await readSafetensorsHeader(path)
    expect(() => describeEmbedding(path, output)).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ problem: expect.objectContaining({ what: 'variant-not-built' }) }),
      }),
    )
  })

  test.each([
    [[0, 4], 'embedding-vectors'],
    [[76, 1], 'embedding-vectors'],
    [[1, 1, 4], 'tensor-shape'],
  ])('of shape %j is refused: %s', async (shape, what) => {
    const path = file()
    const count = shape.reduce((product, side) => product * side, 1)
    writeSafetensors(path, {
      emb_params: { dtype: 'F32', shape, bytes: floats(...Array<number>(count).fill(0)) },
    })
    const header = await readSafetensorsHeader(path)
    expect(() => describeEmbedding(path, header)).toThrow(
      expect.objectContaining({
        code: 'model-file',
        details: expect.objectContaining({ problem: expect.objectContaining({ what }) }),
      }),
    )
  })
})
