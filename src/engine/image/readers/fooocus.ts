/**
 * Fooocus: its own scheme, JSON as `parameters` or as UserComment; its other scheme is A1111's text.
 * (modules/meta_parser.py of lllyasviel/Fooocus.)
 */
import { z } from 'zod'
import { type LoraUse, parametersFrom } from './build-parameters.ts'
import { list, number, seed, text } from './json-fields.ts'
import { type ParametersReader, textsAt } from './reader.ts'

const schema = z.object({
  version: z.string().startsWith('Fooocus'),
  prompt: text,
  negative_prompt: text,
  seed,
  steps: number,
  guidance_scale: number,
  sampler: text,
  scheduler: text,
  resolution: text,
  base_model: text,
  base_model_hash: text,
  refiner_model: text,
  refiner_switch: number,
  styles: text,
  performance: text,
  sharpness: number,
  vae: text,
  // [name, weight, hash]
  loras: list(z.tuple([z.string(), z.number()], z.unknown())),
})

export const readFooocus: ParametersReader = texts => {
  const found = textsAt(texts, 'parameters').find(one => one.includes('"Fooocus'))
  const read = schema.safeParse(found && texts.parseObject(found))
  if (!read.success) return undefined
  const p = read.data
  const known = {
    prompt: p.prompt,
    negative: p.negative_prompt,
    seed: p.seed,
    steps: p.steps,
    guidance: p.guidance_scale,
    sampler: p.sampler,
    ...sizeOf(p.resolution),
    model: p.base_model,
    modelHash: p.base_model_hash,
  }
  const isRefined = p.refiner_model !== undefined && p.refiner_model !== 'None'
  const extra = {
    'Schedule type': p.scheduler,
    Styles: p.styles,
    Performance: p.performance,
    Sharpness: p.sharpness,
    VAE: p.vae,
    ...(isRefined && { Refiner: p.refiner_model, 'Refiner switch at': p.refiner_switch }),
    Version: p.version,
  }
  const loras = p.loras.map(([name, weight]): LoraUse => ({ name, weight }))
  return { program: 'Fooocus', parameters: parametersFrom(known, extra, loras) }
}

/** A Python tuple: `(1152, 896)`. */
function sizeOf(resolution = ''): { widthPx?: number; heightPx?: number } {
  const size = /^\(?\s{0,9}(\d{1,6})\s{0,9}[,x]\s{0,9}(\d{1,6})\s{0,9}\)?$/.exec(resolution)
  return size === null ? {} : { widthPx: Number(size[1]), heightPx: Number(size[2]) }
}
