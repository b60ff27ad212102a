/** What people get wrong about pictures, masks, strengths, samplers, Refiners and brackets: one clear sentence each. */
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { checkPicture } from '../../src/app/checks/check-picture.ts'
import type { ImagineRequest } from '../../src/app/requests.ts'
import { type ResolveContext, resolve } from '../../src/app/resolve/resolve.ts'
import { loadConfig } from '../../src/config/config.ts'
import { encodePicture } from '../../src/engine/image/encode.ts'
import { pngChunk } from '../../src/engine/image/files/png-file.ts'
import { toAppError } from '../../src/errors/errors.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { en, errorSentence, problemSentence } from '../../src/words/en.ts'
import { zhCn } from '../../src/words/zh-cn/index.ts'
import { admitted } from '../helpers/admitted.ts'
import { demoModel } from '../helpers/build-test-easel.ts'
import { png } from '../helpers/pictures/bombs.ts'
import { aPicture } from '../helpers/pictures/pictures.ts'

const config = loadConfig(packageRoot, packageRoot)
const source = { id: 'picture', widthPx: 128, heightPx: 128 }
const strange = { ...demoModel, name: 'strange', refiner: undefined, refinerMismatch: 'vae' as const }
const otherEncoder = { ...strange, name: 'other', refinerMismatch: 'text-encoder-2' as const }

function said(request: Partial<ImagineRequest>, given: Partial<ResolveContext> = {}) {
  const context = {
    catalogue: { models: [demoModel, strange, otherEncoder], files: [] },
    config,
    settings: {},
    seed: 1,
  }
  const resolved = resolve({ prompt: 'a cat', ...request }, { ...context, ...given })
  const problems = resolved.kind === 'refused' ? resolved.problems : resolved.notices
  for (const one of problems) expect(problemSentence(zhCn, one)).toMatch(/。$/)
  return { kind: resolved.kind, sentences: problems.map(one => problemSentence(en, one)) }
}

describe('is refused with one sentence', () => {
  test.each<[string, Partial<ImagineRequest>, Partial<ResolveContext>, string]>([
    [
      'a strength above 1',
      { strength: 1.5 },
      admitted({ source }),
      'strength is 1.5, but must be from 0 to 1.',
    ],
    [
      'a strength below 0',
      { strength: -0.1 },
      admitted({ source }),
      'strength is -0.1, but must be from 0 to 1.',
    ],
    [
      'a strength at which no step would run',
      { strength: 0.02 },
      admitted({ source }),
      'With strength 0.02 and 20 steps no step would run; use at least 0.05.',
    ],
    [
      'an unknown sampler, with the nearest names',
      { sampler: 'dpm++ 2m karas' },
      {},
      'There is no sampler “dpm++ 2m karas”. Similar: dpmpp_2m_karras, dpmpp_3m_karras, dpmpp_singlestep_karras.',
    ],
    [
      'a Refiner with another VAE, which is named',
      { model: 'strange', refine: true },
      {},
      'The Refiner strange/refiner does not belong to strange: another VAE.',
    ],
    [
      'a Refiner with another text encoder',
      { model: 'other', refine: true },
      {},
      'The Refiner other/refiner does not belong to other: another second text encoder.',
    ],
  ])('%s', (_, request, given, sentence) => {
    expect(said(request, given)).toEqual({ kind: 'refused', sentences: [sentence] })
  })
})

describe('is painted, and said in one sentence how it was taken', () => {
  test.each([
    ['(a:1000) cat', ['A weight in the prompt is out of range: 100 is used.']],
    ['a (red cat', ['A “(” in the prompt is never closed: it applies up to the end.']],
    ['a red) cat', ['A “)” in the prompt closes nothing: it is taken as text.']],
    [
      'a [red (cat',
      [
        'A “(” in the prompt is never closed: it applies up to the end.',
        'A “[” in the prompt is never closed: it applies up to the end.',
      ],
    ],
    ['a ((red:1.2)) [cat] \\(x\\)', []],
  ])('%s', (prompt, sentences) => {
    expect(said({ prompt })).toEqual({ kind: 'order', sentences })
    expect(said({ negative: prompt })).toEqual({ kind: 'order', sentences })
  })
})

describe('a source that is no honest picture is refused with one sentence', () => {
  const whole = async () => Buffer.from((await encodePicture(aPicture(), 'png', undefined)).bytes)
  const frames = async () => {
    const frame = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#123' } })
      .png()
      .toBuffer()
    const other = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#fed' } })
      .png()
      .toBuffer()
    return sharp([frame, other], { join: { animated: true } })
      .webp({ loop: 0 })
      .toBuffer()
  }

  test.each<[string, () => Promise<Uint8Array>, string]>([
    [
      'a bomb',
      async () => png(30_000, 30_000, pngChunk('IDAT', Buffer.alloc(10))),
      '30000×30000 are 900.0 million pixels, the limit is 64.0 million',
    ],
    ['truncated', async () => (await whole()).subarray(0, 900), 'the file is damaged or incomplete'],
    ['animated', frames, 'it is an animation; send a single frame'],
    [
      'text',
      async () => Buffer.from('a red circle on a blue background'),
      'the file is not a picture (PNG, JPEG and WebP are)',
    ],
    [
      'of a foreign format',
      async () => Buffer.from('GIF89a and so on'),
      'GIF is not among the formats PNG, JPEG and WebP',
    ],
    ['too heavy', async () => Buffer.alloc(20_500_000), 'the file has 20.5 MB, the limit is 20.0 MB'],
  ])('%s', async (_, make, reason) => {
    const fault = await checkPicture(await make()).then(() => undefined, toAppError)
    expect(fault && errorSentence(en, fault)).toBe(`That picture cannot be used: ${reason}.`)
  })
})
