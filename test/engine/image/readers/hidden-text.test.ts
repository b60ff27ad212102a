import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { readFullProvenance } from '../../../../src/engine/image/parameters/read-parameters.ts'
import { hiddenText } from '../../../../src/engine/image/readers/hidden-text.ts'

const novelAi = JSON.stringify({
  Software: 'NovelAI',
  Source: 'NovelAI Diffusion V4.5 4BDE2A90',
  Description: 'a cat',
  Comment: JSON.stringify({ prompt: 'a cat', uc: 'dog', seed: 77, steps: 28, scale: 5 }),
})
const a1111 = 'a fox\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 5, Size: 64x64'

/** A channel with signature, length in bits and text in its lowest bits, column by column. */
function channelWith(signature: string, hidden: Uint8Array, lengthBits = 8 * hidden.length) {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(lengthBits)
  const bytes = Buffer.concat([Buffer.from(signature), length, hidden])
  const heightPx = 64
  const widthPx = Math.max(97, Math.ceil((8 * bytes.length) / heightPx))
  const data = new Uint8Array(widthPx * heightPx).fill(254)
  for (let i = 0; i < 8 * bytes.length; i++) {
    const bit = ((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1
    data[(i % heightPx) * widthPx + Math.floor(i / heightPx)] = 254 | bit
  }
  return { widthPx, heightPx, data }
}

async function pictureWith(
  signature: string,
  hidden: Uint8Array,
  format: 'png' | 'webp',
): Promise<Uint8Array> {
  const { widthPx, heightPx, data } = channelWith(signature, hidden)
  const pixels = Buffer.from(Array.from(data, alpha => [10, 20, 30, alpha]).flat())
  const picture = sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: 4 } })
  return (format === 'png' ? picture.png() : picture.webp({ lossless: true, exact: true })).toBuffer()
}

describe('text in the transparency', () => {
  test.each(['png', 'webp'] as const)('of NovelAI, packed, in a %s without other texts', async format => {
    const picture = await pictureWith('stealth_pngcomp', gzipSync(novelAi), format)
    expect(await readFullProvenance(picture)).toMatchObject({
      program: 'NovelAI',
      parameters: { prompt: 'a cat', negative: 'dog', seed: 77n, model: 'NovelAI Diffusion V4.5 4BDE2A90' },
      unread: [],
    })
  })

  test('of A1111, as it is', async () => {
    const picture = await pictureWith('stealth_pnginfo', Buffer.from(a1111), 'png')
    expect(await readFullProvenance(picture)).toMatchObject({ parameters: { prompt: 'a fox', seed: 5n } })
  })

  test('that decompresses to gigabytes or exceeds the picture is ignored', () => {
    const bomb = gzipSync(Buffer.alloc(30_000_000))
    expect(hiddenText(channelWith('stealth_pngcomp', bomb))).toBeUndefined()
    expect(hiddenText(channelWith('stealth_pngcomp', gzipSync('x'), 0xffffffff))).toBeUndefined()
  })

  test('never throws', () => {
    const signature = fc.constantFrom('stealth_pngcomp', 'stealth_pnginfo', 'stealth_rgbcomp')
    fc.assert(
      fc.property(signature, fc.uint8Array({ maxLength: 300 }), fc.nat(0xffffffff), (name, bytes, bits) => {
        hiddenText(channelWith(name, bytes, bits))
      }),
      { numRuns: 300 },
    )
  })
})
