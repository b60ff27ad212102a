/** The metadata of a picture file, for all formats. */

export interface EmbeddedMetadata {
  /** PNG text by keyword; a JPEG's comments as `Comment`. */
  texts: Map<string, string>
  /** A TIFF structure. */
  exif?: Uint8Array
  xmp?: string
}

/** What Easel puts into a file. */
export interface MetadataToWrite {
  /** A1111's parameters text; undefined where nothing is known of how the picture was made. */
  parameters?: string
  xmp: string
}

/** No honest text or profile is larger once unpacked. A colour profile for print has about 2 MB. */
export const metadataLimitBytes = 4_000_000

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Formats that say Latin-1, or say nothing, hold UTF-8 in fact where the bytes are such; ASCII is both. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  }
}
