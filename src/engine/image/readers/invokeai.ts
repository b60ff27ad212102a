/**
 * InvokeAI: from version 3 on `invokeai_metadata`, before that `sd-metadata`, at first the command alone as `Dream`.
 * (invokeai/app/invocations/metadata.py and, of version 2, ldm/invoke/args.py of invoke-ai/InvokeAI.)
 */
import { z } from 'zod'
import { parametersFrom } from './build-parameters.ts'
import { fields, list, number, seed, text } from './json-fields.ts'
import type { ParametersReader, PictureTexts, Reading } from './reader.ts'

/** Versions 3 and 4 have different names for a model's fields. */
const model = { name: text, model_name: text, hash: text }

const schema = z.object({
  positive_prompt: text,
  negative_prompt: text,
  positive_style_prompt: text,
  negative_style_prompt: text,
  width: number,
  height: number,
  seed,
  cfg_scale: number,
  cfg_rescale_multiplier: number,
  steps: number,
  scheduler: text,
  clip_skip: number,
  strength: number,
  model: fields(model),
  vae: fields(model),
  refiner_model: fields(model),
  refiner_start: number,
  loras: list(z.object({ lora: fields(model), model: fields(model), weight: number })),
  app_version: text,
})

export const readInvokeAi: ParametersReader = texts =>
  readCurrent(texts) ?? readVersion2(texts) ?? readCommand(texts)

function readCurrent({ named, parseObject }: PictureTexts): Reading | undefined {
  const read = schema.safeParse(parseObject(named.get('invokeai_metadata') ?? ''))
  if (!read.success) return undefined
  const p = read.data
  const known = {
    prompt: p.positive_prompt,
    negative: p.negative_prompt,
    seed: p.seed,
    steps: p.steps,
    guidance: p.cfg_scale,
    sampler: p.scheduler,
    widthPx: p.width,
    heightPx: p.height,
    model: nameOf(p.model),
    modelHash: p.model?.hash,
  }
  const extra = {
    'Style prompt': p.positive_style_prompt || undefined,
    'Negative style prompt': p.negative_style_prompt || undefined,
    'Clip skip': p.clip_skip || undefined,
    'Guidance rescale': p.cfg_rescale_multiplier || undefined,
    'Denoising strength': p.strength,
    VAE: nameOf(p.vae),
    Refiner: nameOf(p.refiner_model),
    'Refiner switch at': p.refiner_start,
    Version: p.app_version,
  }
  const loras = p.loras.flatMap(({ lora, model, weight }) => {
    const name = nameOf(lora) ?? nameOf(model)
    return name === undefined ? [] : [{ name, weight }]
  })
  return { program: 'InvokeAI', parameters: parametersFrom(known, extra, loras) }
}

function nameOf(of?: { name?: string | undefined; model_name?: string | undefined }): string | undefined {
  return of?.name ?? of?.model_name
}

const version2 = z.object({
  model_weights: text,
  model_hash: text,
  app_version: text,
  image: z.object({
    // Before version 2.2: a list of prompts with weights.
    prompt: z.union([
      z.string(),
      z.array(z.object({ prompt: z.string() })).transform(([one]) => one?.prompt),
    ]),
    steps: number,
    cfg_scale: number,
    seed,
    sampler: text,
    width: number,
    height: number,
  }),
})

function readVersion2({ named, parseObject }: PictureTexts): Reading | undefined {
  const read = version2.safeParse(parseObject(named.get('sd-metadata') ?? ''))
  if (!read.success) return undefined
  const { image, model_weights, model_hash, app_version } = read.data
  const known = {
    ...splitPrompt(image.prompt ?? ''),
    seed: image.seed,
    steps: image.steps,
    guidance: image.cfg_scale,
    sampler: image.sampler,
    widthPx: image.width,
    heightPx: image.height,
    model: model_weights,
    modelHash: model_hash,
  }
  return { program: 'InvokeAI', parameters: parametersFrom(known, { Version: app_version }) }
}

/** The switches that are read. The sampler was `-m` at first. */
const commandSwitch = / -([sSWHCAmf])\s?(\S{1,40})/g
/** A prompt of maximum length with its switches is shorter. */
const longestCommand = 50_000

/** `"a cat" -s50 -S1234 -W512 -H512 -C7.5 -Ak_lms`, with or without the quotes, and with spaces before values. */
function readCommand({ named }: PictureTexts): Reading | undefined {
  const command = named.get('Dream')?.slice(0, longestCommand) ?? ''
  const found = [...command.matchAll(commandSwitch)]
  // The steps are the first switch behind the prompt.
  const first = found.findLast(([, name]) => name === 's')
  if (first === undefined) return undefined
  const values = new Map(found.slice(found.indexOf(first)).map(([, name, value]) => [name, value]))
  const steps = number.parse(values.get('s'))
  if (steps === undefined) return undefined
  const known = {
    ...splitPrompt(command.slice(0, first.index).replace(/^"(.*)"$/s, '$1')),
    seed: seed.parse(values.get('S')),
    steps,
    guidance: number.parse(values.get('C')),
    sampler: values.get('A') ?? values.get('m'),
    widthPx: number.parse(values.get('W')),
    heightPx: number.parse(values.get('H')),
  }
  const extra = { 'Denoising strength': number.parse(values.get('f')) }
  return { program: 'InvokeAI', parameters: parametersFrom(known, extra) }
}

/** `a cat [bad hands]`: the negative prompt is in brackets. */
function splitPrompt(prompt: string): { prompt: string; negative: string } {
  const open = prompt.lastIndexOf('[')
  const close = prompt.lastIndexOf(']')
  if (open < 0 || close < open) return { prompt, negative: '' }
  const outside = prompt.slice(0, open) + prompt.slice(close + 1)
  return { prompt: outside.trim(), negative: prompt.slice(open + 1, close).trim() }
}
