/** A stranger's file becomes pixels, or a reason why not: header first, bounded in bytes, pixels, frames and time. */
import sharp, { type Sharp } from 'sharp'
import type { PictureProblem } from '../../picture-problem.ts'
import { guessFormat, type PictureFormat } from './format.ts'
import { metadataLimitBytes } from './metadata.ts'
import type { Picture } from './picture.ts'
import { inflate, type PngChunk, readPngChunks } from './png-file.ts'
import { isAnimatedWebp, readWebpChunks } from './webp-file.ts'

export type DecodeOutcome =
  | { kind: 'decoded'; picture: Picture; format: PictureFormat }
  | { kind: 'refused'; problem: PictureProblem }

export const pictureLimits = {
  bytes: 10_000_000,
  /** The largest square that Easel works on; four bytes each make 17 MB. */
  pixels: 2048 * 2048,
  /** Narrower ones hold nothing to paint from, longer ones only strain the resampler. */
  minSidePx: 16,
  maxSidePx: 8192,
  /** A progressive JPEG can be small and yet take minutes. */
  seconds: 10,
}

/** Decodes a PNG, JPEG or WebP as sRGB, turned upright as its EXIF says, transparency on white. */
export async function decodePicture(bytes: Uint8Array): Promise<DecodeOutcome> {
  if (bytes.length > pictureLimits.bytes) {
    return refused({ what: 'too-many-bytes', bytes: bytes.length, limitBytes: pictureLimits.bytes })
  }
  const guess = guessFormat(bytes)
  if (guess.kind === 'unknown') return refused({ what: 'not-a-picture' })
  if (guess.kind === 'foreign') return refused({ what: 'format', found: guess.name })

  const inspected = inspect(bytes, guess.format)
  if (inspected.kind === 'refused') return inspected
  try {
    const size = await sizeFromHeader(inspected.file)
    const problem = problemOfSize(size)
    if (problem !== undefined) return refused(problem)
    return { kind: 'decoded', picture: await decodePixels(inspected.file), format: guess.format }
  } catch {
    // Whatever the decoder minds, the person can only send another file.
    return refused({ what: 'damaged' })
  }
}

type Inspection = { kind: 'sound'; file: Uint8Array } | Extract<DecodeOutcome, { kind: 'refused' }>

function inspect(bytes: Uint8Array, format: PictureFormat): Inspection {
  if (format === 'png') return inspectPng(bytes)
  if (format === 'webp') return inspectWebp(bytes)
  return { kind: 'sound', file: bytes }
}

/** What the decoder needs; it never sees texts, which may unpack to gigabytes. */
const neededPngChunks: ReadonlySet<string> = new Set([
  ...['IHDR', 'PLTE', 'IDAT', 'IEND'],
  ...['tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'eXIf'],
])

function inspectPng(bytes: Uint8Array): Inspection {
  const chunks = readPngChunks(bytes)
  if (chunks === undefined) return refused({ what: 'damaged' })
  if (chunks.some(chunk => chunk.type === 'acTL')) return refused({ what: 'animated' })
  const [profile, ...moreProfiles] = chunks.filter(chunk => chunk.type === 'iCCP')
  if (moreProfiles.length > 0) return refused({ what: 'damaged' })
  if (profile && isOversize(profile)) return refused({ what: 'metadata', limitBytes: metadataLimitBytes })
  const kept = chunks.filter(chunk => neededPngChunks.has(chunk.type)).map(chunk => chunk.raw)
  return { kind: 'sound', file: Buffer.concat([bytes.subarray(0, 8), ...kept]) }
}

/** iCCP: name, 0, compression method, packed profile. */
function isOversize({ data }: PngChunk): boolean {
  return inflate(data.subarray(data.indexOf(0) + 2), metadataLimitBytes).kind === 'too-large'
}

function inspectWebp(bytes: Uint8Array): Inspection {
  const chunks = readWebpChunks(bytes)
  if (chunks === undefined) return refused({ what: 'damaged' })
  if (isAnimatedWebp(chunks)) return refused({ what: 'animated' })
  return { kind: 'sound', file: bytes }
}

/** Width and height from the header alone, no pixel decoded. */
async function sizeFromHeader(file: Uint8Array): Promise<{ widthPx: number; heightPx: number }> {
  const { width, height } = await sharp(file, { limitInputPixels: false }).metadata()
  return { widthPx: width, heightPx: height }
}

function problemOfSize(size: { widthPx: number; heightPx: number }): PictureProblem | undefined {
  const { pixels, minSidePx, maxSidePx } = pictureLimits
  const { widthPx, heightPx } = size
  if (widthPx * heightPx > pixels) return { what: 'too-many-pixels', ...size, limitPixels: pixels }
  if (Math.min(widthPx, heightPx) < minSidePx || Math.max(widthPx, heightPx) > maxSidePx) {
    return { what: 'side', ...size, minPx: minSidePx, maxPx: maxSidePx }
  }
  return undefined
}

function decodePixels(file: Uint8Array): Promise<Picture> {
  const guarded = sharp(file, { failOn: 'warning', limitInputPixels: pictureLimits.pixels })
  return pixelsOf(guarded.timeout({ seconds: pictureLimits.seconds }))
}

/** Decodes a stored picture: it passed the guard when it came in, or is one of ours, which may be larger. */
export function decodeStoredPicture(file: Uint8Array): Promise<Picture> {
  return pixelsOf(sharp(file))
}

async function pixelsOf(decoder: Sharp): Promise<Picture> {
  const { data, info } = await decoder
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { widthPx: info.width, heightPx: info.height, data }
}

function refused(problem: PictureProblem): { kind: 'refused'; problem: PictureProblem } {
  return { kind: 'refused', problem }
}
