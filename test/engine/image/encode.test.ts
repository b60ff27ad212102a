import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodePicture } from '../../../src/engine/image/decode.ts'
import { encodePicture } from '../../../src/engine/image/encode.ts'
import { pictureFormats } from '../../../src/engine/image/files/format.ts'
import {
  type PictureParameters,
  withWorkOrder,
  workOrderOf,
} from '../../../src/engine/image/parameters/parameters.ts'
import { readProvenance } from '../../../src/engine/image/parameters/read-parameters.ts'
import { aPicture, greatestDifference } from '../../helpers/pictures/pictures.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

const order = aPaintOrder({ prompt: { positive: 'a “red” circle,\n中文 🎨', negative: 'text', clipSkip: 0 } })
const parameters: PictureParameters = withWorkOrder(
  {
    prompt: order.prompt.positive,
    negative: 'text',
    steps: 4,
    sampler: 'Euler',
    guidance: 7,
    seed: 7n,
    widthPx: 64,
    heightPx: 48,
    modelHash: 'abc',
    model: 'demo',
    extra: new Map([['Version', 'Easel 0.1.0']]),
  },
  order,
)
const latin: PictureParameters = { ...parameters, prompt: 'café', extra: new Map() }

describe.each(pictureFormats)('%s', format => {
  test('carries the parameters, the exact work order and the AI-made marking', async () => {
    const { bytes, mediaType } = await encodePicture(aPicture(), format, parameters)
    expect(mediaType).toBe(`image/${format}`)
    const provenance = readProvenance(bytes)
    expect(provenance).toEqual({ parameters, program: 'Easel', unread: [], aiMade: true })
    if (provenance?.parameters) expect(workOrderOf(provenance.parameters)).toEqual(order)
  })

  test('the same picture gives the same bytes', async () => {
    const once = await encodePicture(aPicture(), format, parameters)
    const again = await encodePicture(aPicture(), format, parameters)
    expect(Buffer.compare(once.bytes, again.bytes)).toBe(0)
  })

  test('other programs see a sound file: size, EXIF and XMP where they look for them', async () => {
    const { bytes } = await encodePicture(aPicture(63, 47), format, parameters)
    const metadata = await sharp(bytes, { failOn: 'warning' }).metadata()
    expect(metadata).toMatchObject({ format, width: 63, height: 47 })
    expect(metadata.xmpAsString).toContain('digitalsourcetype/trainedAlgorithmicMedia')
    if (format === 'png') {
      expect(metadata.comments).toContainEqual({
        keyword: 'parameters',
        text: expect.stringContaining('中文'),
      })
    } else {
      expect(metadata.exif?.toString('latin1')).toContain('UNICODE\0\0a\0 ')
    }
  })

  test('gives the pixels back: exactly from PNG, closely from the others', async () => {
    const picture = aPicture()
    const { bytes } = await encodePicture(picture, format, parameters)
    const outcome = await decodePicture(bytes)
    if (outcome.kind !== 'decoded') expect.fail(outcome.problem.what)
    expect(greatestDifference(outcome.picture, picture)).toBeLessThanOrEqual(format === 'png' ? 0 : 24)
  })

  test('a picture of unknown provenance is marked all the same', async () => {
    const { bytes } = await encodePicture(aPicture(), format, undefined)
    expect(readProvenance(bytes)).toEqual({ unread: [], aiMade: true })
    expect(await decodePicture(bytes)).toMatchObject({ kind: 'decoded' })
  })

  test.each([
    ['ASCII', 'x'.repeat(10_000)],
    ['Chinese', '画'.repeat(10_000)],
    ['emoji', '🎨'.repeat(40_000)],
    ['control characters', '\0\u0001\n'.repeat(10_000)],
  ])('long prompts fit: %s', async (_, prompt) => {
    const long = { ...parameters, prompt, negative: prompt }
    const { bytes } = await encodePicture(aPicture(), format, long)
    expect(readProvenance(bytes)?.parameters).toEqual(long)
    expect(await decodePicture(bytes)).toMatchObject({ kind: 'decoded' })
  })

  test('reading never throws, however a file is damaged (property)', async () => {
    const { bytes } = await encodePicture(aPicture(16, 16), format, parameters)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }),
        fc.nat(bytes.length),
        (changes, length) => {
          const damaged = Uint8Array.from(bytes)
          for (const [at, byte] of changes) damaged[at] = byte
          readProvenance(damaged)
          readProvenance(damaged.subarray(0, length))
        },
      ),
      { numRuns: 2000 },
    )
  })
})

test('PNG keeps Latin-1 as tEXt and all else as iTXt, in front of the pixels', async () => {
  const chunksOf = async (given: PictureParameters) => {
    const { bytes } = await encodePicture(aPicture(), 'png', given)
    return Buffer.from(bytes).toString('latin1').slice(0, 64)
  }
  expect(await chunksOf(latin)).toContain('tEXtparameters\0caf\xe9')
  expect(await chunksOf(parameters)).toContain('iTXtparameters\0\0\0\0\0a ')
})

test('files of the reference come through without parameters and without a marking', () => {
  const bytes = readFileSync(new URL('../../golden/demo/0-base.png', import.meta.url))
  expect(readProvenance(bytes)).toEqual({ unread: [], aiMade: false })
})
