/** The metadata of a picture file, for all formats. */

export interface EmbeddedMetadata {
  /** PNG text by keyword; a JPEG's comments as `Comment`. */
  texts: Map<string, string>
  /** A TIFF structure. */
  exif?: Uint8Array
  xmp?: string
}

/** The metadata that Easel writes into a file. */
export interface MetadataToWrite {
  /** A1111's parameters text; undefined if the picture's parameters are unknown. */
  parameters?: string
  xmp: string
}

/** The maximum text of a file after decompression, because it is read on the main thread. Large workflows have 1 MB. */
export const textLimitBytes = 2_000_000

/** No genuine profile is larger after decompression. A colour profile for print has about 2 MB. */
export const profileLimitBytes = 4_000_000

/** The segments of a JPEG and the chunks of a WebP that are read. Genuine files have fewer, which cost next to nothing. */
export const maxSegments = 10_000

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text in fields that are Latin-1 by their standard, or have no stated encoding, is UTF-8 if its bytes are valid UTF-8. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  }
}
