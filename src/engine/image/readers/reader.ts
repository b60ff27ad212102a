/** What readers of other programs' parameters are given and give. One file per program, one line each in readers.ts. */
import { type ExifTexts, readExifTexts } from '../files/exif.ts'
import type { EmbeddedMetadata } from '../files/metadata.ts'
import { textsOfXmp } from '../files/xmp.ts'
import type { PictureParameters } from '../parameters/parameters.ts'

/** All texts of a file, from strangers: whatever stands in them. */
export interface PictureTexts {
  /** Of a PNG's text chunks by keyword; a JPEG's comments as `Comment`. */
  readonly named: ReadonlyMap<string, string>
  readonly exif: ExifTexts
  /** Of the XMP packet. */
  readonly xmp: readonly string[]
}

export interface Reading {
  /** The program's own name. */
  readonly program: string
  readonly parameters: PictureParameters
}

/** Undefined, and soon, where another program wrote the texts. Never throws; takes time in proportion to the texts. */
export type ParametersReader = (texts: PictureTexts) => Reading | undefined

export function pictureTexts({ texts, exif, xmp }: EmbeddedMetadata): PictureTexts {
  return {
    named: texts,
    exif: exif === undefined ? { others: [] } : readExifTexts(exif),
    xmp: xmp === undefined ? [] : textsOfXmp(xmp),
  }
}

/** The texts where a program may keep what it keeps under `keyword` in a PNG: JPEG and WebP know no keywords. */
export function textsAt({ named, exif, xmp }: PictureTexts, keyword: string): string[] {
  return [named.get(keyword), exif.userComment, ...exif.others, ...xmp].filter(text => text !== undefined)
}
