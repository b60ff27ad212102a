import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { exifWithUserComment, readExifTexts } from '../../../../src/engine/image/files/exif.ts'
import { pngChunk } from '../../../../src/engine/image/files/png-file.ts'
import { readProvenance } from '../../../../src/engine/image/parameters/read-parameters.ts'
import { zerosThatUnpackTo } from '../../../helpers/pictures/bombs.ts'

const text = 'a cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 5, Size: 64x64'
const found = { parameters: { prompt: 'a cat', seed: 5n } }
const nothing = { unread: [], aiMade: false }
const latin1 = (bytes: string) => Buffer.from(bytes, 'latin1')

describe('PNG', () => {
  let plain: Buffer

  beforeAll(async () => {
    plain = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#808080' } })
      .png()
      .toBuffer()
  })
  const withChunk = (type: string, ...data: Uint8Array[]) =>
    Buffer.concat([plain.subarray(0, 33), pngChunk(type, Buffer.concat(data)), plain.subarray(33)])

  test.each<[string, string, Uint8Array[]]>([
    ['tEXt', 'tEXt', [latin1(`parameters\0${text}`)]],
    ['zTXt', 'zTXt', [latin1('parameters\0\0'), deflateSync(text)]],
    ['iTXt', 'iTXt', [latin1(`parameters\0\0\0en\0Parameter\0${text}`)]],
    ['packed iTXt', 'iTXt', [latin1('parameters\0\x01\0\0\0'), deflateSync(text)]],
    ['EXIF', 'eXIf', [exifWithUserComment(text)]],
    ['a Comment that looks like parameters', 'tEXt', [latin1(`Comment\0${text}`)]],
    [
      'XMP',
      'iTXt',
      [
        latin1('XML:com.adobe.xmp\0\0\0\0\0'),
        latin1(
          `<x><dc:description><rdf:Alt><rdf:li xml:lang="x-default">${text}</rdf:li></rdf:Alt></dc:description></x>`,
        ),
      ],
    ],
  ])('%s', (_, type, data) => {
    expect(readProvenance(withChunk(type, ...data))).toMatchObject(found)
  })

  test('a Comment that does not is left alone', () => {
    expect(readProvenance(withChunk('tEXt', latin1('Comment\0made with love: yes')))).toEqual(nothing)
  })

  test.each([
    ['zTXt', 'parameters\0\0'],
    ['iTXt', 'parameters\0\x01\0\0\0'],
  ])('a %s that unpacks to 2 GB is passed over', (type, header) => {
    const bomb = zerosThatUnpackTo(2_000_000_000)
    expect(readProvenance(withChunk(type, latin1(header), bomb))).toEqual(nothing)
  })

  test('data after a decompression bomb is not read: a thousand bombs cost no more than one', () => {
    const bomb = pngChunk('zTXt', Buffer.concat([latin1('Comment\0\0'), zerosThatUnpackTo(5_000_000)]))
    const good = pngChunk('tEXt', latin1(`parameters\0${text}`))
    const file = (...chunks: Uint8Array[]) =>
      Buffer.concat([plain.subarray(0, 33), ...chunks, plain.subarray(33)])
    expect(readProvenance(file(good, bomb))).toMatchObject(found)
    expect(readProvenance(file(bomb, good))).toMatchObject({ parameters: undefined })
  })

  test.each(['tEXt', 'zTXt', 'iTXt', 'eXIf'])('an empty %s is passed over', type => {
    expect(readProvenance(withChunk(type))).toEqual(nothing)
  })
})

describe('EXIF UserComment', () => {
  /** A little-endian TIFF, as most cameras and libraries write it. */
  const littleEndian = (comment: Uint8Array) => {
    const tiff = Buffer.alloc(44 + comment.length)
    tiff.write('II*\0', 'latin1')
    tiff.writeUInt32LE(8, 4)
    const entry = (at: number, tag: number, type: number, count: number, value: number) => {
      tiff.writeUInt16LE(1, at)
      tiff.writeUInt16LE(tag, at + 2)
      tiff.writeUInt16LE(type, at + 4)
      tiff.writeUInt32LE(count, at + 6)
      tiff.writeUInt32LE(value, at + 10)
    }
    entry(8, 0x8769, 4, 1, 26)
    entry(26, 0x9286, 7, comment.length, 44)
    tiff.set(comment, 44)
    return tiff
  }

  test.each<[string, Uint8Array]>([
    ['big-endian text', Buffer.concat([latin1('UNICODE\0'), Buffer.from(text, 'utf16le').swap16()])],
    ['little-endian text', Buffer.concat([latin1('UNICODE\0'), Buffer.from(text, 'utf16le')])],
    ['ASCII', Buffer.concat([latin1('ASCII\0\0\0'), latin1(text)])],
    ['no character set, padded', Buffer.concat([Buffer.alloc(8), latin1(`${text}\0\0\0`)])],
  ])('in a little-endian file: %s', (_, comment) => {
    expect(readExifTexts(littleEndian(comment)).userComment).toBe(text)
  })

  test('characters whose low byte is zero do not turn the byte order', () => {
    const chinese = `${'一'.repeat(200)}\n${text}`
    expect(readExifTexts(exifWithUserComment(chinese)).userComment).toBe(chinese)
  })

  test('offsets that point outside give nothing', () => {
    const tiff = Buffer.from(exifWithUserComment(text))
    for (const at of [4, 18, 32, 36]) {
      const damaged = Buffer.from(tiff)
      damaged.writeUInt32BE(0xfffffff0, at)
      expect(readExifTexts(damaged).userComment).toBeUndefined()
    }
  })
})

test('a file of another kind is no picture of ours', () => {
  expect(readProvenance(latin1('GIF89a…'))).toBeUndefined()
  expect(readProvenance(new Uint8Array())).toBeUndefined()
})
