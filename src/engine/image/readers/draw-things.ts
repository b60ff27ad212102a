/**
 * Draw Things: JSON in the XMP's UserComment. Its description says the same in a text like A1111's, in which a line that begins
 * with a hyphen is the negative prompt. (drawthingsai/draw-things-community.)
 */
import { z } from 'zod'
import { parametersFrom } from './build-parameters.ts'
import { list, number, seed, text } from './json-fields.ts'
import type { ParametersReader } from './reader.ts'

const schema = z.object({
  c: z.string(),
  uc: text,
  steps: number,
  sampler: z.string(),
  scale: number,
  seed,
  size: text,
  model: text,
  strength: number,
  lora: list(z.object({ model: z.string(), weight: number })),
})

export const readDrawThings: ParametersReader = ({ xmp, exif, parseObject }) => {
  for (const written of [...xmp, ...(exif.userComment === undefined ? [] : [exif.userComment])]) {
    const read = schema.safeParse(written.includes('"uc"') ? parseObject(written) : undefined)
    if (!read.success) continue
    const p = read.data
    const [, widthPx, heightPx] = /^(\d{1,6})x(\d{1,6})$/.exec(p.size ?? '') ?? []
    const known = {
      prompt: p.c,
      negative: p.uc,
      seed: p.seed,
      steps: p.steps,
      guidance: p.scale,
      sampler: p.sampler,
      model: p.model,
      ...(widthPx === undefined ? {} : { widthPx: Number(widthPx), heightPx: Number(heightPx) }),
    }
    // From words alone all of the picture is new.
    const extra = { 'Denoising strength': p.strength === 1 ? undefined : p.strength }
    const loras = p.lora.map(({ model, weight }) => ({
      name: model,
      ...(weight === undefined ? {} : { weight }),
    }))
    return { program: 'Draw Things', parameters: parametersFrom(known, extra, loras) }
  }
  return undefined
}
