/**
 * Fuzz over everything that reads what strangers wrote into a picture: a record or nothing, never a crash, a hang or a
 * control character. EASEL_FUZZ_RUNS sets how many mutations (`npm run fuzz` has 100,000), EASEL_FUZZ_SEED repeats.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readExifTexts } from '../../src/engine/image/files/exif.ts'
import { textLimitBytes } from '../../src/engine/image/files/metadata.ts'
import { readPngMetadata } from '../../src/engine/image/files/png-file.ts'
import { readProvenance } from '../../src/engine/image/parameters/read-parameters.ts'
import { foreignPicture, pictureWithExif, pngWith } from '../helpers/pictures/foreign-pictures.ts'
import { type Mutation, mutateBytes, mutated, mutation } from '../helpers/random/mutations.ts'

const runs = Number(process.env.EASEL_FUZZ_RUNS ?? 10_000)
const seed = Number(process.env.EASEL_FUZZ_SEED ?? 20_261_126)
console.log(`mutations of pictures' texts: EASEL_FUZZ_SEED=${seed}, ${runs} in all`)

const textOf = (name: string, keyword: string) =>
  readPngMetadata(foreignPicture(name)).texts.get(keyword) ?? ''

interface Example {
  readonly program: string
  /** Where the JSON stands, and what stands beside it. */
  readonly keyword: string
  readonly software?: string
  readonly json: string
}

const examples: readonly Example[] = [
  { program: 'ComfyUI', keyword: 'prompt', json: textOf('comfy.png', 'prompt') },
  { program: 'InvokeAI', keyword: 'invokeai_metadata', json: textOf('invoke.png', 'invokeai_metadata') },
  { program: 'SwarmUI', keyword: 'parameters', json: textOf('swarm.png', 'parameters') },
  {
    program: 'Fooocus',
    keyword: 'parameters',
    json: '{"version":"Fooocus v2.5.5","prompt":"a","seed":"7","resolution":"(64, 64)","loras":[["x",0.1,"ab"]]}',
  },
  {
    program: 'NovelAI',
    keyword: 'Comment',
    software: 'NovelAI',
    json: '{"prompt":"a","uc":"b","seed":7,"v4_prompt":{"caption":{"base_caption":"c","char_captions":[{"char_caption":"d"}]}}}',
  },
]

const controls = /(?![\n\t])\p{Cc}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u

/** Whatever came: nothing, or a record that may be shown. */
function expectHarmless(picture: Uint8Array): void {
  const provenance = readProvenance(picture)
  const { prompt, negative, sampler, model, modelHash, extra } = provenance?.parameters ?? {}
  const shown = [prompt, negative, sampler, model, modelHash, ...(extra ?? []), ...(provenance?.unread ?? [])]
  expect(shown.flat().filter(text => text !== undefined && controls.test(text))).toEqual([])
}

describe('mutated', () => {
  const share = Math.ceil(runs / (examples.length + 2))

  test.each(examples)('JSON of $program', { timeout: 600_000 }, ({ keyword, json, software = '' }) => {
    const picture = (change: Mutation) =>
      pngWith({ Software: software, [keyword]: mutated(json, change).toString('latin1') })
    fc.assert(
      fc.property(mutation, change => expectHarmless(picture(change))),
      { seed, numRuns: share },
    )
  })

  test('text of A1111', { timeout: 600_000 }, () => {
    const text = textOf('seed64.png', 'parameters')
    fc.assert(
      fc.property(mutation, change => {
        const edits = change.kind === 'bytes' ? change.edits : []
        expectHarmless(
          pngWith({ parameters: edits.reduce<Buffer>(mutateBytes, Buffer.from(text)).toString() }),
        )
      }),
      { seed, numRuns: share },
    )
  })

  test('EXIF of JPEG and WebP', { timeout: 600_000 }, async () => {
    const fields = { Model: `prompt:${textOf('comfy.png', 'prompt')}` }
    const pictures = await Promise.all(
      (['jpeg', 'webp'] as const).map(format =>
        pictureWithExif(format, fields, { UserComment: 'a\nSeed: 3' }),
      ),
    )
    fc.assert(
      fc.property(fc.constantFrom(...pictures), mutation, (picture, change) => {
        const edits = change.kind === 'bytes' ? change.edits : []
        expectHarmless(edits.reduce<Buffer>(mutateBytes, Buffer.from(picture)))
      }),
      { seed, numRuns: share },
    )
  })
})

/** Each fills all that a file may hold: reading that is not linear would run into the test's time limit. */
describe('texts as long as a file may hold', () => {
  const filled = (start: string, part: string, end = '') => {
    const length = textLimitBytes - 100_000 - start.length - end.length
    return start + part.repeat(length / part.length) + end
  }
  /** A sampler whose prompt is everything that is linked with `part`. */
  const graph = (part: (i: number) => string) => {
    const sampler =
      '{"s":{"class_type":"KSampler","inputs":{"seed":1,"latent_image":["1",0],"positive":["1",0]}}'
    const nodes = Array.from({ length: 2000 }, (_, i) => `"${i + 1}":${part(i + 1)}`)
    return `${sampler},${nodes.join(',')}}`
  }
  const links = Array.from({ length: 200 }, (_, i) => `"i${i}":["${i * 7}",0]`).join(',')

  test.each([
    ['braces', 'parameters', filled('{"sui_image_params"', '{')],
    ['brackets', 'prompt', filled('{"class_type":', '[')],
    ['quotes that stay open', 'prompt', filled('{"class_type":"', '\\"')],
    ['digits', 'parameters', filled('{"sui_image_params":{"seed":', '9', '}}')],
    ['a key again and again', 'prompt', filled('{"class_type":1,', '"__proto__":{},', '"a":1}')],
    [
      'nodes that are all linked',
      'prompt',
      graph(() => `{"class_type":"KSampler","inputs":{"seed":1,${links}}}`),
    ],
    [
      'one long text that every node passes on',
      'prompt',
      graph(i =>
        i === 2000
          ? `{"class_type":"Text","inputs":{"text":"${'x'.repeat(1_500_000)}"}}`
          : `{"class_type":"ConditioningCombine","inputs":{"clip":1,"text":["2000",0],"conditioning_1":["${i + 1}",0]}}`,
      ),
    ],
    [
      'a chain of conditionings',
      'prompt',
      graph(
        i =>
          `{"class_type":"ConditioningCombine","inputs":{"conditioning_1":["${i + 1}",0],"conditioning_2":["1",0]}}`,
      ),
    ],
  ])('%s', { timeout: 60_000 }, (_, keyword, text) => {
    expectHarmless(pngWith({ [keyword]: text }))
  })

  test('thousands of EXIF fields that hold the same megabytes cost no more than one', {
    timeout: 60_000,
  }, () => {
    const tiff = Buffer.alloc(4_000_000, 'x')
    tiff.write('MM\0*\0\0\0\x08', 'latin1')
    tiff.writeUInt16BE(60_000, 8)
    for (let i = 0; i < 60_000; i++) {
      const at = 10 + i * 12
      tiff.writeUInt16BE(0x010e, at)
      tiff.writeUInt32BE(1_900_000, at + 4)
      tiff.writeUInt32BE(900_000, at + 8)
    }
    expect(readExifTexts(tiff).others.map(text => text.length)).toEqual([1_900_000])
  })
})
