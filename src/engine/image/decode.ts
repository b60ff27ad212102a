/** Decodes an untrusted picture, header first, with limits on bytes, pixels, frames and time. */
import sharp, { type Sharp } from 'sharp'
import type { PictureProblem } from '../../errors/picture-problem.ts'
import { guessFormat, type PictureFormat } from './files/format.ts'
import { metadataLimitBytes } from './files/metadata.ts'
import { inflate, pngData, pngType, scanPngChunks } from './files/png-file.ts'
import { inspectWebp } from './files/webp-file.ts'
import type { Picture } from './picture.ts'
import type { Channel } from './readers/hidden-text.ts'

interface SizePx {
  widthPx: number
  heightPx: number
}

export type DecodeOutcome =
  | {
      kind: 'decoded'
      picture: Picture
      format: PictureFormat
      /** Where it was larger than what Easel works on: its own size, and the smaller picture as a file. */
      shrunk?: { from: SizePx; file: Uint8Array }
    }
  | { kind: 'refused'; problem: PictureProblem }

export const pictureLimits = {
  bytes: 10_000_000,
  /** The largest square that Easel works on, four bytes each make 17 MB. What is larger is made smaller. */
  pixels: 2048 * 2048,
  /** What is decoded row by row may be this large: a phone's camera has 12 to 50 million. */
  givenPixels: 64_000_000,
  /** The same of files that are decoded as a whole: interlaced PNG, progressive JPEG, WebP. */
  givenPixelsWhole: 4096 * 4096,
  /** Narrower ones hold nothing to paint from, longer ones only strain the resampler. */
  minSidePx: 16,
  maxSidePx: 8192,
  /** A progressive JPEG can be small and yet take minutes. */
  seconds: 10,
}

/**
 * Decodes a PNG, JPEG or WebP as sRGB, turned upright as its EXIF says, transparency on white; a large one is made smaller.
 * It is as tolerant as browsers are, but for files that are cut off.
 */
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
    const { isWhole, ...from } = await header(inspected.file, guess.format)
    const problem = problemOfSize(from, isWhole)
    if (problem !== undefined) return refused(problem)
    const size = shrunkSize(from)
    if (size.widthPx === from.widthPx && size.heightPx === from.heightPx) {
      return { kind: 'decoded', picture: await pixelsOf(guarded(inspected.file)), format: guess.format }
    }
    const file = await shrink(inspected.file, size)
    return {
      kind: 'decoded',
      picture: await decodeStoredPicture(file),
      format: 'png',
      shrunk: { from, file },
    }
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

/** From the header alone, no pixel decoded: the upright size, and whether it can only be decoded as a whole. */
async function header(file: Uint8Array, format: PictureFormat): Promise<SizePx & { isWhole: boolean }> {
  const { autoOrient, isProgressive } = await sharp(file, { limitInputPixels: false }).metadata()
  const isWhole = isProgressive === true || format === 'webp'
  return { widthPx: autoOrient.width, heightPx: autoOrient.height, isWhole }
}

function problemOfSize(size: SizePx, isWhole: boolean): PictureProblem | undefined {
  const { givenPixels, givenPixelsWhole, minSidePx, maxSidePx } = pictureLimits
  const limitPixels = isWhole ? givenPixelsWhole : givenPixels
  if (size.widthPx * size.heightPx > limitPixels) return { what: 'too-many-pixels', ...size, limitPixels }
  const { widthPx, heightPx } = shrunkSize(size)
  if (Math.min(widthPx, heightPx) < minSidePx) {
    return { what: 'side', ...size, minPx: minSidePx, maxPx: maxSidePx }
  }
  return undefined
}

/** The size at which Easel works on a picture: its own, unless that is too large. */
function shrunkSize({ widthPx, heightPx }: SizePx): SizePx {
  const { pixels, maxSidePx } = pictureLimits
  const scale = Math.min(1, Math.sqrt(pixels / (widthPx * heightPx)), maxSidePx / Math.max(widthPx, heightPx))
  const side = (length: number) => Math.max(1, Math.floor(length * scale))
  return scale === 1 ? { widthPx, heightPx } : { widthPx: side(widthPx), heightPx: side(heightPx) }
}

/**
 * Files whose decoder complains and still gives all pixels pass, as in browsers: only what it calls an error, or the end of a
 * file before its time, is refused.
 */
const tolerant = { failOn: 'error' } as const

function guarded(file: Uint8Array): Sharp {
  const bounded = sharp(file, { ...tolerant, limitInputPixels: pictureLimits.givenPixels })
  return bounded.timeout({ seconds: pictureLimits.seconds })
}

/** As a PNG with its transparency, which matters in a mask. */
function shrink(file: Uint8Array, { widthPx, heightPx }: SizePx): Promise<Uint8Array> {
  return guarded(file)
    .autoOrient()
    .resize(widthPx, heightPx, { fit: 'fill' })
    .toColourspace('srgb')
    .png({ compressionLevel: 4, adaptiveFiltering: true, palette: false, progressive: false })
    .toBuffer()
}

/** The transparency of a stranger's PNG or WebP, inside the same guards; undefined where it has none. Never throws. */
export async function decodeAlpha(bytes: Uint8Array): Promise<Channel | undefined> {
  const guess = guessFormat(bytes)
  if (bytes.length > pictureLimits.bytes || guess.kind !== 'readable') return undefined
  const inspected = inspect(bytes, guess.format)
  if (inspected.kind === 'refused') return undefined
  try {
    const { hasAlpha, width, height } = await sharp(inspected.file, { limitInputPixels: false }).metadata()
    if (!hasAlpha || width * height > pictureLimits.givenPixelsWhole) return undefined
    const { data, info } = await guarded(inspected.file)
      .extractChannel('alpha')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { widthPx: info.width, heightPx: info.height, data }
  } catch {
    return undefined
  }
}

/** Decodes a stored picture: it passed the guard when it came in, or is one of ours, which may be larger. */
export function decodeStoredPicture(file: Uint8Array): Promise<Picture> {
  return pixelsOf(sharp(file, tolerant))
}

/** Decodes a stored mask: what is transparent is kept, as what is black. */
export function decodeStoredMask(file: Uint8Array): Promise<Picture> {
  return pixelsOf(sharp(file, tolerant), '#000000')
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
