/** Reads a picture's parameters from its file, in all supported formats, written by Easel or another program. */
import { withoutControls } from '../../../common/visible-controls.ts'
import { decodeAlpha } from '../decode.ts'
import { guessFormat, type PictureFormat } from '../files/format.ts'
import { readJpegMetadata } from '../files/jpeg-file.ts'
import type { EmbeddedMetadata } from '../files/metadata.ts'
import { readPngMetadata } from '../files/png-file.ts'
import { readWebpMetadata } from '../files/webp-file.ts'
import { saysAiMade } from '../files/xmp.ts'
import { hiddenText } from '../readers/hidden-text.ts'
import { type PictureTexts, pictureTexts, type Reading, textsOfComment } from '../readers/reader.ts'
import { readers } from '../readers/readers.ts'
import type { PictureParameters } from './parameters.ts'

/** How a picture was made, according to its file. */
export interface Provenance {
  /** Undefined if the file has none. */
  parameters?: PictureParameters
  /** The program that wrote the parameters. */
  program?: string
  /** The fields with texts that look like parameters but that no reader knows: a PNG's keywords, `UserComment`. */
  unread: readonly string[]
  /** Whether its XMP marks it as made by a model. */
  aiMade: boolean
}

const formats: { readonly [Format in PictureFormat]: (bytes: Uint8Array) => EmbeddedMetadata } = {
  png: readPngMetadata,
  jpeg: readJpegMetadata,
  webp: readWebpMetadata,
}

/** Decodes no pixel and never throws. Undefined if the file is not a PNG, JPEG or WebP. */
export function readProvenance(bytes: Uint8Array): Provenance | undefined {
  const guess = guessFormat(bytes)
  if (guess.kind !== 'readable') return undefined
  const metadata = formats[guess.format](bytes)
  const texts = pictureTexts(metadata)
  const reading = firstReading(texts)
  return {
    parameters: reading?.parameters,
    program: reading?.program,
    unread: reading ? [] : unreadTexts(texts),
    aiMade: metadata.xmp !== undefined && saysAiMade(metadata.xmp),
  }
}

/** The same, and if the file's texts have no parameters, those hidden in its alpha channel, for which pixels are decoded. */
export async function readFullProvenance(bytes: Uint8Array): Promise<Provenance | undefined> {
  const provenance = readProvenance(bytes)
  if (!provenance || provenance.parameters) return provenance
  const alpha = await decodeAlpha(bytes)
  const text = alpha && hiddenText(alpha)
  const reading = text === undefined ? undefined : firstReading(textsOfComment(text))
  return reading ? { ...provenance, ...reading, unread: [] } : provenance
}

function firstReading(texts: PictureTexts): Reading | undefined {
  for (const read of readers) {
    const reading = read(texts)
    if (reading) return reading.program === 'Easel' ? reading : cleanReading(reading)
  }
  return undefined
}

/** The keywords that PNG registers, for titles and names. Only JSON in them may be parameters. */
const registered: ReadonlySet<string> = new Set([
  ...['Title', 'Author', 'Description', 'Copyright', 'Creation Time', 'Software'],
  ...['Disclaimer', 'Warning', 'Source', 'Comment', 'Collection'],
])
const maxNamed = 10

/** Fields of other formats than PNG, which may also hold a caption. */
const captions = ['UserComment', 'XMP'] as const

/** The end of Midjourney's Description: `a red fox --ar 16:9 Job ID: …`. */
const midjourneyJob = /\bJob ID: [0-9a-f-]{36}/

function unreadTexts({ named, exif, xmp, parseObject }: PictureTexts): string[] {
  const texts = [exif.userComment, xmp.find(text => parseObject(text))]
  const others = captions.map((name, i) => [name, texts[i] ?? ''] as const)
  return [...new Map([...named, ...others])]
    .filter(([keyword, text]) => {
      const isPlain =
        registered.has(keyword) || captions.some(name => name === keyword) || keyword.startsWith('date:')
      return !isPlain || parseObject(text) !== undefined || midjourneyJob.test(text)
    })
    .slice(0, maxNamed)
    .map(([keyword]) => withoutControls(keyword))
}

/** Untrusted text without control characters and misleading characters, because it reaches terminals and pages. */
function cleanReading({ program, parameters }: Reading): Reading {
  const clean = (text: string | undefined) => (text === undefined ? undefined : withoutControls(text))
  const { prompt, negative, sampler, model, modelHash, extra } = parameters
  return {
    program,
    parameters: {
      ...parameters,
      prompt: withoutControls(prompt),
      negative: withoutControls(negative),
      sampler: clean(sampler),
      model: clean(model),
      modelHash: clean(modelHash),
      extra: new Map([...extra].map(([key, value]) => [withoutControls(key), withoutControls(value)])),
    },
  }
}
