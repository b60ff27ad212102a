/** Decodes an untrusted picture, header first, with limits on bytes, pixels, frames and time. */
import sharp, { type Sharp } from 'sharp'
import { maxPictureBytes } from '../../common/bounds.ts'
import type { PictureProblem } from '../../errors/picture-problem.ts'
import { isCmykWithoutProfile, rgbFromCmyk } from './cmyk.ts'
import { guessFormat, type PictureFormat } from './files/format.ts'
import { withEndMarker } from './files/jpeg-end.ts'
import { profileLimitBytes } from './files/metadata.ts'
import { inflate, pngData, pngType, scanPngChunks } from './files/png-file.ts'
import { inspectWebp } from './files/webp-file.ts'
import type { Picture, SizePx } from './picture.ts'
import type { PixelChannel } from './readers/hidden-text.ts'

export type DecodeOutcome =
  | {
      kind: 'decoded'
      picture: Picture
      format: PictureFormat
      /** The file to store, in that format: the given one, unless it was repaired or scaled down. */
      file: Uint8Array
      /** The original size, if the picture was scaled down. */
      shrunkFrom?: SizePx
    }
  | { kind: 'refused'; problem: PictureProblem }

export const pictureLimits = {
  bytes: maxPictureBytes,
  /** Larger pictures are scaled down. At four bytes a pixel the limit is 17 MB. */
  pixels: 2048 * 2048,
  /** The limit for files that are decoded row by row. A phone's camera makes 12 to 50 million pixels. */
  givenPixels: 64_000_000,
  /** The limit for files that are decoded as a whole: interlaced PNG, progressive JPEG, WebP. */
  givenPixelsWhole: 4096 * 4096,
  /** A narrower picture is useless as a source, and a longer one only costs resampling time. */
  minSidePx: 16,
  maxSidePx: 8192,
  /** A small progressive JPEG can take minutes to decode. */
  seconds: 10,
}

/**
 * Decodes a PNG, JPEG or WebP to sRGB: rotated by its EXIF orientation, transparency on white, large pictures scaled down.
 * It tolerates what browsers tolerate, except truncated files.
 */
export async function decodePicture(bytes: Uint8Array): Promise<DecodeOutcome> {
  if (bytes.length > pictureLimits.bytes) {
    return refuse({ what: 'too-many-bytes', bytes: bytes.length, limitBytes: pictureLimits.bytes })
  }
  const guess = guessFormat(bytes)
  if (guess.kind === 'unknown') return refuse({ what: 'not-a-picture' })
  if (guess.kind === 'foreign') return refuse({ what: 'format', found: guess.name })

  const inspected = inspect(bytes, guess.format)
  if (inspected.kind === 'refused') return inspected
  try {
    return await decodeInspected(inspected.file, guess.format, bytes)
  } catch {
    const repaired = guess.format === 'jpeg' ? await withEndMarker(bytes) : undefined
    // The decoder's reason does not matter: the person can only send another file.
    if (!repaired) return refuse({ what: 'damaged' })
    const failOn = repaired.mayWarn ? tolerant.failOn : 'warning'
    return decodeInspected(repaired.file, 'jpeg', repaired.file, failOn).catch(() =>
      refuse({ what: 'damaged' }),
    )
  }
}

/** `bytes`: the file to store, unless the picture is scaled down. */
async function decodeInspected(
  inspected: Uint8Array,
  format: PictureFormat,
  bytes: Uint8Array,
  failOn: FailOn = tolerant.failOn,
): Promise<DecodeOutcome> {
  const { isWhole, ...from } = await header(inspected, format)
  const problem = problemOfSize(from, isWhole)
  if (problem !== undefined) return refuse(problem)
  const size = shrunkSize(from)
  if (size.widthPx === from.widthPx && size.heightPx === from.heightPx) {
    return { kind: 'decoded', picture: await pixelsOf(openGuarded(inspected, failOn)), format, file: bytes }
  }
  const file = await shrink(openGuarded(inspected, failOn), size)
  return {
    kind: 'decoded',
    picture: await decodeStoredPicture(file),
    format: 'png',
    file,
    shrunkFrom: from,
  }
}

type Inspection = { kind: 'sound'; file: Uint8Array } | Extract<DecodeOutcome, { kind: 'refused' }>

function inspect(bytes: Uint8Array, format: PictureFormat): Inspection {
  if (format === 'png') return inspectPng(bytes)
  if (format === 'jpeg') return { kind: 'sound', file: bytes }
  const found = inspectWebp(bytes)
  return found === 'still' ? { kind: 'sound', file: bytes } : refuse({ what: found })
}

/** The chunks that the decoder needs. It never gets text chunks, which may decompress to gigabytes. */
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
  // Adjacent chunks are copied together, and the signature with the first one.
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
  if (!whole) return refuse({ what: 'damaged' })
  if (animated) return refuse({ what: 'animated' })
  if (profiles > 1) return refuse({ what: 'damaged' })
  if (profile && isOversize(profile)) return refuse({ what: 'metadata', limitBytes: profileLimitBytes })
  return { kind: 'sound', file: file.subarray(0, keptBytes) }
}

/** An iCCP chunk: name, 0, compression method, compressed profile. */
function isOversize(profile: Uint8Array): boolean {
  return inflate(profile.subarray(profile.indexOf(0) + 2), profileLimitBytes).kind === 'too-large'
}

/** The size after rotation, and whether the file can only be decoded as a whole. Decodes no pixel. */
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

/** The size to which a picture is scaled down; its own size if it is within the limits. */
function shrunkSize({ widthPx, heightPx }: SizePx): SizePx {
  const { pixels, maxSidePx } = pictureLimits
  const scale = Math.min(1, Math.sqrt(pixels / (widthPx * heightPx)), maxSidePx / Math.max(widthPx, heightPx))
  const side = (length: number) => Math.max(1, Math.floor(length * scale))
  return scale === 1 ? { widthPx, heightPx } : { widthPx: side(widthPx), heightPx: side(heightPx) }
}

/**
 * As in browsers, a file passes if the decoder warns but returns all pixels. Only a decoder error or a truncated file is
 * refused.
 */
const tolerant = { failOn: 'error' } as const
type FailOn = (typeof tolerant)['failOn'] | 'warning'

function openGuarded(file: Uint8Array, failOn: FailOn): Sharp {
  const bounded = sharp(file, { failOn, limitInputPixels: pictureLimits.givenPixels })
  return bounded.timeout({ seconds: pictureLimits.seconds })
}

/** A PNG with the picture's transparency, which matters in a mask. */
async function shrink(decoder: Sharp, { widthPx, heightPx }: SizePx): Promise<Uint8Array> {
  const shrunk = await inSrgb(decoder.autoOrient().resize(widthPx, heightPx, { fit: 'fill' }))
  return shrunk
    .png({ compressionLevel: 4, adaptiveFiltering: true, palette: false, progressive: false })
    .toBuffer()
}

/** The alpha channel of an untrusted PNG or WebP, within the same limits; undefined if there is none. Never throws. */
export async function decodeAlpha(bytes: Uint8Array): Promise<PixelChannel | undefined> {
  const guess = guessFormat(bytes)
  if (bytes.length > pictureLimits.bytes || guess.kind !== 'readable') return undefined
  const inspected = inspect(bytes, guess.format)
  if (inspected.kind === 'refused') return undefined
  try {
    const { hasAlpha, width, height } = await sharp(inspected.file, { limitInputPixels: false }).metadata()
    if (!hasAlpha || width * height > pictureLimits.givenPixelsWhole) return undefined
    const { data, info } = await openGuarded(inspected.file, tolerant.failOn)
      .extractChannel('alpha')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { widthPx: info.width, heightPx: info.height, data }
  } catch {
    return undefined
  }
}

/** Decodes a stored picture: it was checked when it arrived, or Easel made it, and then it may be larger. */
export function decodeStoredPicture(file: Uint8Array): Promise<Picture> {
  return pixelsOf(sharp(file, tolerant))
}

/** Decodes a stored mask. Transparent parts become black, so they are kept. */
export function decodeStoredMask(file: Uint8Array): Promise<Picture> {
  return pixelsOf(sharp(file, tolerant), '#000000')
}

async function pixelsOf(decoder: Sharp, background = '#ffffff'): Promise<Picture> {
  const opaque = await inSrgb(decoder.autoOrient().flatten({ background }))
  const { data, info } = await opaque.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  return { widthPx: info.width, heightPx: info.height, data }
}

/** A colour profile in the file counts. The decoder would take CMYK without one for that of a printing press. */
async function inSrgb(decoder: Sharp): Promise<Sharp> {
  if (!isCmykWithoutProfile(await decoder.metadata())) return decoder.toColourspace('srgb')
  const { data, info } = await decoder
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return sharp(rgbFromCmyk(data), { raw: { width: info.width, height: info.height, channels: 3 } })
}

function refuse(problem: PictureProblem): { kind: 'refused'; problem: PictureProblem } {
  return { kind: 'refused', problem }
}
