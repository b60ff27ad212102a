/**
 * Easy Diffusion: a PNG's text for each setting, in JPEG and WebP one JSON as UserComment; under its names, or under its labels
 * where it also writes text files. (ui/easydiffusion/utils/save_utils.py of easydiffusion/easydiffusion.)
 */
import { z } from 'zod'
import { type LoraUse, parametersFrom } from './build-parameters.ts'
import { number, seed, text } from './json-fields.ts'
import type { ParametersReader, PictureTexts } from './reader.ts'

/** The settings that are read, with their labels. */
const labels = {
  prompt: 'Prompt',
  negative_prompt: 'Negative Prompt',
  seed: 'Seed',
  use_stable_diffusion_model: 'Stable Diffusion model',
  clip_skip: 'Clip Skip',
  use_vae_model: 'VAE model',
  sampler_name: 'Sampler',
  width: 'Width',
  height: 'Height',
  num_inference_steps: 'Steps',
  guidance_scale: 'Guidance Scale',
  prompt_strength: 'Prompt Strength',
  use_lora_model: 'LoRA model',
  lora_alpha: 'LoRA Strength',
} as const

const schema = z.object({
  prompt: z.string(),
  negative_prompt: text,
  seed,
  use_stable_diffusion_model: z.string(),
  clip_skip: z.unknown(),
  use_vae_model: text,
  sampler_name: text,
  width: number,
  height: number,
  num_inference_steps: number,
  guidance_scale: number,
  prompt_strength: number,
  use_lora_model: z.unknown(),
  lora_alpha: z.unknown(),
})

export const readEasyDiffusion: ParametersReader = texts => {
  const read = settingsIn(texts)
    .map(settings => schema.safeParse(byName(settings)))
    .find(({ success }) => success)
  if (!read?.success) return undefined
  const p = read.data
  const known = {
    prompt: p.prompt,
    negative: p.negative_prompt,
    seed: p.seed,
    steps: p.num_inference_steps,
    guidance: p.guidance_scale,
    sampler: p.sampler_name,
    widthPx: p.width,
    heightPx: p.height,
    model: p.use_stable_diffusion_model,
  }
  const [vae] = itemsOf(p.use_vae_model)
  // It skips one layer, which A1111 counts as 2.
  const extra = {
    'Clip skip': String(p.clip_skip).toLowerCase() === 'true' ? 2 : undefined,
    'Denoising strength': p.prompt_strength,
    VAE: vae,
  }
  const weights = itemsOf(p.lora_alpha).map(Number)
  const loras = itemsOf(p.use_lora_model).map((name, i): LoraUse => ({ name, weight: weights[i] }))
  return { program: 'Easy Diffusion', parameters: parametersFrom(known, extra, loras) }
}

function settingsIn({ named, exif, parseObject }: PictureTexts): ReadonlyMap<string, unknown>[] {
  const { userComment = '' } = exif
  const isLikely = /"(?:use_stable_diffusion_model|Stable Diffusion model)"/.test(userComment)
  return [named, ...(isLikely ? [new Map(Object.entries(Object(parseObject(userComment))))] : [])]
}

function byName(settings: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, label]) => [name, settings.get(name) ?? settings.get(label)]),
  )
}

/** The maximum number of LoRAs; real files have a few. */
const maxItems = 100

/** A list as JSON, as Python's `str` gives it (`['a', 'b']`), or joined by commas; `None` and nothing are no items. */
function itemsOf(value: unknown): string[] {
  const written: unknown[] = Array.isArray(value)
    ? value
    : String(value ?? '')
        .replace(/^\[|\]$/g, '')
        .split(',', maxItems)
  return written
    .slice(0, maxItems)
    .map(item =>
      String(item)
        .trim()
        .replace(/^'(.*)'$|^"(.*)"$/, '$1$2'),
    )
    .filter(item => item !== '' && item !== 'None' && item !== 'null')
}
