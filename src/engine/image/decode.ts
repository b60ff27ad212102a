/** A stranger's file becomes pixels, or a reason why not: header first, bounded in bytes, pixels, frames and time. */
import sharp, { type Sharp } from 'sharp'
import type { PictureProblem } from '../../picture-problem.ts'
import { guessFormat, type PictureFormat } from './format.ts'
import { metadataLimitBytes } from './metadata.ts'
import type { Picture } from './picture.ts'
import { inflate, pngData, pngType, scanPngChunks } from './png-file.ts'
import { inspectWebp } from './webp-file.ts'

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
  if (format === 'jpeg') return { kind: 'sound', file: bytes }
  const found = inspectWebp(bytes)
  return found === 'still' ? { kind: 'sound', file: bytes } : refused({ what: found })
}

/** What the decoder needs; it never sees texts, which may unpack to gigabytes. */
const neededPngTypes: ReadonlySet<number> = new Set(
  ['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'eXIf'].map(pngType),
)
const animationControl = pngType('acTL')
const colourProfile = pngType('iCCP')
const pngSignatureBytes = 8

function inspectPng(bytes: Uint8Array): Inspection {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const file = Buffer.alloc(bytes.length)
  let keptBytes = 0
  // Neighbours are copied together, the signature with the first.
  const run = { from: 0, to: pngSignatureBytes }
  const keepRun = () => {
    keptBytes += given.copy(file, keptBytes, run.from, run.to)
  }
  let animated = false
  let profiles = 0
  let profile: Uint8Array | undefined
  const whole = scanPngChunks(bytes, (type, from, to) => {
    if (type === animationControl) animated = true
    if (type === colourProfile) {
      profiles += 1
      profile = pngData(bytes, from, to)
    }
    if (!neededPngTypes.has(type)) return
    if (from !== run.to) {
      keepRun()
      run.from = from
    }
    run.to = to
  })
  keepRun()
  if (!whole) return refused({ what: 'damaged' })
  if (animated) return refused({ what: 'animated' })
  if (profiles > 1) return refused({ what: 'damaged' })
  if (profile && isOversize(profile)) return refused({ what: 'metadata', limitBytes: metadataLimitBytes })
  return { kind: 'sound', file: file.subarray(0, keptBytes) }
}

/** iCCP: name, 0, compression method, packed profile. */
function isOversize(profile: Uint8Array): boolean {
  return inflate(profile.subarray(profile.indexOf(0) + 2), metadataLimitBytes).kind === 'too-large'
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

/** Decodes a stored mask: what is transparent is kept, as what is black. */
export function decodeStoredMask(file: Uint8Array): Promise<Picture> {
  return pixelsOf(sharp(file), '#000000')
}

async function pixelsOf(decoder: Sharp, background = '#ffffff'): Promise<Picture> {
  const { data, info } = await decoder
    .autoOrient()
    .flatten({ background })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { widthPx: info.width, heightPx: info.height, data }
}

function refused(problem: PictureProblem): { kind: 'refused'; problem: PictureProblem } {
  return { kind: 'refused', problem }
}
