/** A1111's text format, also used by Forge, SD.Next, Fooocus (one of two), stable-diffusion.cpp, Civitai and Easel. */
import { type PictureParameters, parseParameters } from '../parameters/parameters.ts'
import type { ParametersReader } from './reader.ts'

/** The programs' names in `Version`. A1111 writes only its number. */
const programs: readonly (readonly [version: RegExp, program: string])[] = [
  [/^Easel/, 'Easel'],
  [/^f\d|^neo/, 'Forge'],
  [/^Fooocus/, 'Fooocus'],
  [/^stable-diffusion\.cpp/, 'stable-diffusion.cpp'],
  [/^ComfyUI/, 'ComfyUI'],
]

/** JSON that is cut short, or larger than is parsed, is no prompt. */
const beginsAsJson = /^\s{0,100}\{\s{0,100}"/

/** `parameters` is A1111's own field. In other fields, which may contain anything, a text must look like the format. */
export const readA1111: ParametersReader = texts => {
  const certain = texts.named.get('parameters')
  if (isShort(certain) && texts.parseObject(certain) === undefined) {
    const parameters = parseParameters(certain)
    if (!beginsAsJson.test(certain) || looksTrue(parameters)) return reading(parameters)
  }
  const { named, exif, xmp } = texts
  const elsewhere = ['Comment', 'Description', 'Software'].flatMap(keyword => named.get(keyword) ?? [])
  for (const text of [exif.userComment, ...elsewhere, ...exif.others, ...xmp]) {
    const parameters = isShort(text) ? parseParameters(text) : undefined
    if (parameters && looksTrue(parameters)) return reading(parameters)
  }
  return undefined
}

/**
 * The maximum in code units: prompts of maximum length, each character as an escape of six, and the embedded order, which
 * repeats them.
 */
const longestText = 500_000

function isShort(text: string | undefined): text is string {
  return text !== undefined && text.length <= longestText
}

function looksTrue({ steps, seed, extra }: PictureParameters): boolean {
  return steps !== undefined || seed !== undefined || extra.has('Easel')
}

function reading(parameters: PictureParameters) {
  return { program: programOf(parameters.extra), parameters }
}

function programOf(extra: PictureParameters['extra']): string {
  const version = extra.get('Version') ?? ''
  if (extra.has('Easel')) return 'Easel'
  if (extra.get('App') === 'SD.Next') return 'SD.Next'
  return programs.find(([pattern]) => pattern.test(version))?.[1] ?? 'AUTOMATIC1111'
}
