/**
 * SwarmUI: JSON with `sui_image_params` as `parameters`, in JPEG and WebP as UserComment or in the camera's model.
 * (docs/Image Metadata Format.md of mcmonkeyprojects/SwarmUI.)
 */
import { z } from 'zod'
import { parametersFrom } from './build-parameters.ts'
import { list, number, seed, text } from './json-fields.ts'
import { type ParametersReader, textsAt } from './reader.ts'

const schema = z.object({
  sui_image_params: z.object({
    prompt: text,
    negativeprompt: text,
    model: text,
    seed,
    steps: number,
    cfgscale: number,
    width: number,
    height: number,
    sampler: text,
    scheduler: text,
    // Before version 0.9.3.
    comfyuisampler: text,
    comfyuischeduler: text,
    vae: text,
    loras: list(z.string()),
    loraweights: list(z.union([z.number(), z.string().transform(Number)])),
    initimagecreativity: number,
    swarm_version: text,
  }),
  sui_models: list(z.object({ param: z.string(), hash: z.string() })),
})

export const readSwarmUi: ParametersReader = texts => {
  const found = textsAt(texts, 'parameters').find(one => one.includes('"sui_image_params"'))
  const read = schema.safeParse(found && texts.parseObject(found))
  if (!read.success) return undefined
  const { sui_image_params: p, sui_models: models } = read.data
  const modelHash = models.find(({ param }) => param === 'model')?.hash
  const known = {
    prompt: p.prompt,
    negative: p.negativeprompt,
    seed: p.seed,
    steps: p.steps,
    guidance: p.cfgscale,
    sampler: p.sampler ?? p.comfyuisampler,
    widthPx: p.width,
    heightPx: p.height,
    model: p.model,
    modelHash,
  }
  const extra = {
    'Schedule type': p.scheduler ?? p.comfyuischeduler,
    'Denoising strength': p.initimagecreativity,
    VAE: p.vae,
    Version: p.swarm_version,
  }
  const loras = p.loras.map((name, i) => ({ name, weight: p.loraweights[i] }))
  return { program: 'SwarmUI', parameters: parametersFrom(known, extra, loras) }
}
