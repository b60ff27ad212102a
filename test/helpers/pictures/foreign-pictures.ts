/** Small pictures as other programs write them: the texts in the places where each has them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { pngChunk } from '../../../src/engine/image/files/png-file.ts'
import { tinyPng } from './tiny-png.ts'

/** One that was made outside of this project, by name. */
export function foreignPicture(name: string): Uint8Array {
  return readFileSync(join(fileURLToPath(new URL('../../golden/foreign', import.meta.url)), name))
}

/** Behind the header: signature and IHDR have 33 bytes. */
const headerBytes = 33

/** A PNG with tEXt chunks, in UTF-8 as stable-diffusion.cpp and NovelAI leave it; objects as JSON. */
export function pngWith(texts: Readonly<Record<string, unknown>>): Uint8Array {
  const file = tinyPng(16, 16, [128, 128, 128])
  const chunks = Object.entries(texts).map(([keyword, text]) =>
    pngChunk('tEXt', Buffer.from(`${keyword}\0${typeof text === 'string' ? text : JSON.stringify(text)}`)),
  )
  return Buffer.concat([file.subarray(0, headerBytes), ...chunks, file.subarray(headerBytes)])
}

/** A JPEG or WebP with texts in the first directory of EXIF and in its own, as libexif writes them. */
export async function pictureWithExif(
  format: 'jpeg' | 'webp',
  first: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const plain = sharp({ create: { width: 16, height: 16, channels: 3, background: '#808080' } })
  return plain.withExif({ IFD0: first, IFD2: own }).toFormat(format).toBuffer()
}
