import { describe, expect, test } from 'vitest'
import { readJpegMetadata } from '../../../../src/engine/image/files/jpeg-file.ts'
import { textLimitBytes } from '../../../../src/engine/image/files/metadata.ts'
import { readPngMetadata } from '../../../../src/engine/image/files/png-file.ts'
import { readWebpMetadata } from '../../../../src/engine/image/files/webp-file.ts'
import { pngWith } from '../../../helpers/pictures/foreign-pictures.ts'

/** The RIFF container of a WebP with one chunk of XMP. */
function webpWithXmp(text: string): Uint8Array {
  const header = Buffer.from('RIFF    WEBPXMP     ')
  header.writeUInt32LE(text.length + 12, 4)
  header.writeUInt32LE(text.length, 16)
  return Buffer.concat([header, Buffer.from(text)])
}

function jpegWithComments(comments: readonly string[]): Uint8Array {
  const segments = comments.map(text => {
    const start = Buffer.from([0xff, 0xfe, 0, 0])
    start.writeUInt16BE(text.length + 2, 2)
    return Buffer.concat([start, Buffer.from(text)])
  })
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments])
}

describe('no more text is read than the main thread has time for', () => {
  test('in the XMP of a WebP', () => {
    const longest = 'x'.repeat(textLimitBytes)
    expect(readWebpMetadata(webpWithXmp(longest)).xmp).toBe(longest)
    expect(readWebpMetadata(webpWithXmp(`${longest}xx`)).xmp).toBeUndefined()
  })

  test('in all comments of a JPEG', () => {
    const comment = 'x'.repeat(60_000)
    const whole = Math.floor(textLimitBytes / comment.length)
    const read = (count: number) =>
      readJpegMetadata(jpegWithComments(Array<string>(count).fill(comment))).texts.get('Comment')?.length
    expect(read(whole)).toBe(whole * comment.length)
    expect(read(whole + 100)).toBe(whole * comment.length)
  })

  test('in a text of a PNG', () => {
    const texts = (length: number) => readPngMetadata(pngWith({ prompt: 'x'.repeat(length) })).texts
    expect(texts(textLimitBytes - 2000).get('prompt')).toHaveLength(textLimitBytes - 2000)
    expect(texts(textLimitBytes + 1).size).toBe(0)
  })
})
