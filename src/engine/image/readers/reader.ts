/** The interface of readers of other programs' parameters. Each program has one file, and one line in readers.ts. */
import { type ExifTexts, readExifTexts } from '../files/exif.ts'
import type { EmbeddedMetadata } from '../files/metadata.ts'
import { textsOfXmp } from '../files/xmp.ts'
import type { PictureParameters } from '../parameters/parameters.ts'
import { type ObjectParser, objectParser } from './json-fields.ts'

/** All texts of a file. They are untrusted. */
export interface PictureTexts {
  /** A PNG's text chunks by keyword; a JPEG's comments as `Comment`. */
  readonly named: ReadonlyMap<string, string>
  readonly exif: ExifTexts
  /** The XMP packet's texts. */
  readonly xmp: readonly string[]
  /** Parses any of these texts. */
  readonly parseObject: ObjectParser
}

export interface Reading {
  /** The name of the program. */
  readonly program: string
  readonly parameters: PictureParameters
}

/** Undefined if another program wrote the texts. Never throws; takes time linear in the length of the texts. */
export type ParametersReader = (texts: PictureTexts) => Reading | undefined

export function pictureTexts({ texts, exif, xmp }: EmbeddedMetadata): PictureTexts {
  return {
    named: texts,
    exif: exif === undefined ? { others: [] } : readExifTexts(exif),
    xmp: xmp === undefined ? [] : textsOfXmp(xmp),
    parseObject: objectParser(),
  }
}

/** A single text without a file, as if it were its UserComment. */
export function textsOfComment(userComment: string): PictureTexts {
  return { named: new Map(), exif: { userComment, others: [] }, xmp: [], parseObject: objectParser() }
}

/** The texts that may have been written under `keyword`. JPEG and WebP have no keywords. */
export function textsAt({ named, exif, xmp }: PictureTexts, keyword: string): string[] {
  return [named.get(keyword), exif.userComment, ...exif.others, ...xmp].filter(text => text !== undefined)
}
