/** How a picture was made, read from the file itself: any of our formats, written by Easel, A1111 or their kin. */
import { readUserComment } from '../files/exif.ts'
import { guessFormat, type PictureFormat } from '../files/format.ts'
import { readJpegMetadata } from '../files/jpeg-file.ts'
import type { EmbeddedMetadata } from '../files/metadata.ts'
import { readPngMetadata } from '../files/png-file.ts'
import { readWebpMetadata } from '../files/webp-file.ts'
import { saysAiMade, textsOfXmp } from '../files/xmp.ts'
import { type PictureParameters, parseParameters } from './parameters.ts'

export interface MakingOf {
  /** Undefined where the file does not tell. */
  parameters?: PictureParameters
  /** Whether its XMP says that a model made it. */
  aiMade: boolean
}

const readers: { readonly [Format in PictureFormat]: (bytes: Uint8Array) => EmbeddedMetadata } = {
  png: readPngMetadata,
  jpeg: readJpegMetadata,
  webp: readWebpMetadata,
}

/** Reads without decoding a pixel. Never throws; undefined where the file is no PNG, JPEG or WebP. */
export function readMakingOf(bytes: Uint8Array): MakingOf | undefined {
  const guess = guessFormat(bytes)
  if (guess.kind !== 'readable') return undefined
  const metadata = readers[guess.format](bytes)
  const text = parametersText(metadata)
  return {
    parameters: text === undefined ? undefined : parseParameters(text),
    aiMade: metadata.xmp !== undefined && saysAiMade(metadata.xmp),
  }
}

/** `parameters` is A1111's own; other places count only where they look like it, as anything can stand there. */
function parametersText({ texts, exif, xmp }: EmbeddedMetadata): string | undefined {
  const certain = texts.get('parameters')
  if (certain !== undefined) return certain
  return [
    exif && readUserComment(exif),
    ...['Comment', 'Description', 'Software'].map(keyword => texts.get(keyword)),
    ...(xmp === undefined ? [] : textsOfXmp(xmp)),
  ].find(text => text !== undefined && looksLikeParameters(text))
}

function looksLikeParameters(text: string): boolean {
  const { steps, seed, extra } = parseParameters(text)
  return steps !== undefined || seed !== undefined || extra.has('Easel')
}
