/**
 * NovelAI: JSON in the PNG's `Comment`, or the same texts as one JSON in EXIF or hidden in the alpha channel.
 * (nai_meta.py of NovelAI/novelai-image-metadata.)
 */
import { z } from 'zod'
import { parametersFrom } from './build-parameters.ts'
import { fields, list, number, seed, text } from './json-fields.ts'
import type { ParametersReader, PictureTexts } from './reader.ts'

/** Version 4 has a description of the picture and one of each character. */
const captions = fields({
  caption: fields({ base_caption: text, char_captions: list(z.object({ char_caption: z.string() })) }),
})

const schema = z.object({
  prompt: text,
  uc: text,
  v4_prompt: captions,
  v4_negative_prompt: captions,
  steps: number,
  scale: number,
  cfg_rescale: number,
  seed,
  sampler: text,
  noise_schedule: text,
  strength: number,
  width: number,
  height: number,
})

/** The PNG's texts as one object. */
const allTexts = z.object({ Software: z.string(), Description: text, Source: text, Comment: z.string() })

export const readNovelAi: ParametersReader = texts => {
  const { named } = texts
  const own = { Software: named.get('Software'), Source: named.get('Source'), Comment: named.get('Comment') }
  const found = [own, ...elsewhere(texts)].find(({ Software }) => Software?.startsWith('NovelAI'))
  const read = schema.safeParse(texts.parseObject(found?.Comment ?? ''))
  if (!read.success) return undefined
  const p = read.data
  const known = {
    prompt: p.prompt ?? captionsOf(p.v4_prompt),
    negative: p.uc ?? captionsOf(p.v4_negative_prompt),
    seed: p.seed,
    steps: p.steps,
    guidance: p.scale,
    sampler: p.sampler,
    widthPx: p.width,
    heightPx: p.height,
    model: found?.Source,
  }
  const extra = {
    'Schedule type': p.noise_schedule,
    'Guidance rescale': p.cfg_rescale || undefined,
    'Denoising strength': p.strength,
    Characters: charactersOf(p.v4_prompt),
    Version: found?.Software,
  }
  return { program: 'NovelAI', parameters: parametersFrom(known, extra) }
}

function elsewhere({ exif, parseObject }: PictureTexts): Partial<z.infer<typeof allTexts>>[] {
  return [exif.userComment, ...exif.others].flatMap(text => {
    if (!text?.includes('"NovelAI')) return []
    const read = allTexts.safeParse(parseObject(text))
    return read.success ? [read.data] : []
  })
}

function captionsOf(of: z.infer<typeof captions>): string | undefined {
  return of?.caption?.base_caption
}

function charactersOf(of: z.infer<typeof captions>): string | undefined {
  return of?.caption?.char_captions.map(({ char_caption }) => char_caption).join(' | ') || undefined
}
