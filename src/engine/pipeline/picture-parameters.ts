/** The parameters stored in a picture file: the order in A1111's format, and the order itself. */
import { createHash } from 'node:crypto'
import { type PictureParameters, withoutOwnKeys, withWorkOrder } from '../image/parameters/parameters.ts'
import { readProvenance } from '../image/parameters/read-parameters.ts'
import { findSampler } from '../sampling/sampler-names.ts'
import { schedules } from '../sampling/schedule-registry.ts'
import { loraMentions, mentionedName, writeMention } from '../text/lora-mentions.ts'
import type { LoraOrder, PaintOrder, RefineOrder, UpscaleOrder, WorkOrder } from '../work-order.ts'

/**
 * The parameters of picture `index` (0 … count - 1) of an order. `sources`: the bytes of the order's pictures, by id.
 * `made`: the program ("Easel 0.1.0") and the upscaler.
 */
export function parametersOfPicture(
  order: WorkOrder,
  index: number,
  sources: Readonly<Record<string, Uint8Array>>,
  made: { version: string; upscaler: string },
): PictureParameters {
  const own = orderOfPicture(order, index, sources)
  const parameters =
    own.kind === 'upscale'
      ? parametersOfUpscale(own, sources[sourceId(order)], made)
      : parametersOfPaint(own, made.version)
  return withWorkOrder(parameters, own)
}

/**
 * The order of this single picture. Sources are named by the SHA-256 of their bytes, because ids differ between runs. A
 * repetition therefore gives the same file, including the embedded order.
 */
function orderOfPicture(
  order: WorkOrder,
  index: number,
  sources: Readonly<Record<string, Uint8Array>>,
): WorkOrder {
  const hash = (id: string) => {
    const bytes = sources[id]
    return bytes === undefined ? id : createHash('sha256').update(bytes).digest('hex')
  }
  switch (order.kind) {
    case 'upscale':
      // The parameters of the source hold its history.
      return { ...order, source: { pictureId: hash(order.source.pictureId) }, recipe: undefined }
    case 'refine':
      return { ...order, source: named(order.source, hash) }
    case 'paint': {
      const { source, controls, imagePrompts } = order
      return {
        ...order,
        count: 1,
        seed: order.seed + index,
        ...(source && { source: named(source, hash) }),
        ...(controls && { controls: controls.map(control => named(control, hash)) }),
        ...(imagePrompts && { imagePrompts: imagePrompts.map(prompt => named(prompt, hash)) }),
      }
    }
  }
}

function named<Source extends { pictureId: string; maskId?: string | undefined }>(
  source: Source,
  hash: (id: string) => string,
): Source {
  const { pictureId, maskId } = source
  return {
    ...source,
    pictureId: hash(pictureId),
    ...(maskId === undefined ? {} : { maskId: hash(maskId) }),
  }
}

function parametersOfPaint(order: PaintOrder | RefineOrder, version: string): PictureParameters {
  const { prompt, sampling, model } = order
  const found = findSampler(sampling.sampler)
  return {
    prompt: promptWithLoras(order),
    negative: prompt.negative ?? '',
    steps: sampling.steps,
    sampler: found.kind === 'found' ? found.choice.kind.label : sampling.sampler,
    guidance: sampling.guidance,
    seed: BigInt(order.seed),
    widthPx: order.widthPx,
    heightPx: order.heightPx,
    modelHash: shortHash(model.hash),
    model: model.name,
    extra: new Map([...detailsOf(order), ['RNG', 'CPU'], ['Version', version]]),
  }
}

/** Only values that differ from the defaults, under A1111's names if there is one. */
function detailsOf(order: PaintOrder | RefineOrder): [string, string][] {
  const { sampling, prompt, source } = order
  const [from, to] = sampling.guidanceInterval
  const eta = sampling.eta ?? sampling.noise?.eta
  const churn = sampling.noise?.churn?.amount
  const refinement = order.kind === 'paint' ? order.refinement : undefined
  const inpainting = source?.inpainting
  const loras = order.kind === 'paint' ? (order.loras ?? []) : []
  const all: [name: string, isWritten: boolean, value: unknown][] = [
    ['Schedule type', sampling.sigmas !== 'model', capitalise(sampling.sigmas)],
    ['Timestep spacing', sampling.spacing !== 'model', sampling.spacing],
    ['Schedule type', sampling.schedule !== undefined, scheduleLabel(sampling.schedule)],
    ['Eta', eta !== undefined, eta],
    ['Sigma churn', churn !== undefined, churn],
    ['Denoising strength', source !== undefined, source?.strength],
    ['Mask blur', inpainting !== undefined, inpainting?.softEdgePx],
    ['Inpaint area', inpainting?.onlyMasked !== undefined, 'Only masked'],
    ['Masked area padding', inpainting?.onlyMasked !== undefined, inpainting?.onlyMasked?.paddingPx],
    // A1111 counts from the last layer: SDXL's default, the penultimate layer, is its 2.
    ['Clip skip', prompt.clipSkip > 0, prompt.clipSkip + 2],
    ['Prompt rule', prompt.syntax !== undefined && prompt.syntax !== 'a1111', prompt.syntax],
    ['Lora hashes', loras.length > 0, loraHashes(loras)],
    ['TI hashes', prompt.embeddings !== undefined, embeddingHashes(prompt)],
    ['Guidance rescale', sampling.guidanceRescale > 0, sampling.guidanceRescale],
    ['Guidance interval', from !== 0 || to !== 1, `${from}-${to}`],
    ['VAE', order.model.vae !== undefined, order.model.vae?.name],
    ['VAE hash', order.model.vae !== undefined, shortHash(order.model.vae?.hash ?? '')],
    ['Refiner', refinement !== undefined, refinement && modelLabel(refinement.model)],
    ['Refiner switch at', refinement?.way === 'ensemble', refinement?.way === 'ensemble' && refinement.split],
  ]
  const written = all.flatMap(([name, isWritten, value]): [string, string][] =>
    isWritten ? [[name, String(value)]] : [],
  )
  return order.kind === 'paint' ? [...written, ...controlUnits(order)] : written
}

/** In the format of A1111's ControlNet extension, which treats an IP-Adapter as a unit, too. */
function controlUnits({ controls = [], imagePrompts = [] }: PaintOrder): [string, string][] {
  const units = [
    ...controls.map(({ model, preprocessor, scale, start, end, guess }) => [
      `Module: ${preprocessor}`,
      `Model: ${modelLabel(model)}`,
      `Weight: ${scale}`,
      `Guidance Start: ${start}`,
      `Guidance End: ${end}`,
      `Control Mode: ${guess ? 'ControlNet is more important' : 'Balanced'}`,
    ]),
    ...imagePrompts.map(({ model, scale }) => [
      'Module: ip-adapter-auto',
      `Model: ${modelLabel(model)}`,
      `Weight: ${scale}`,
    ]),
  ]
  return units.map((fields, i) => [`ControlNet ${i}`, fields.join(', ')])
}

/** An upscaled picture keeps its source's parameters. */
function parametersOfUpscale(
  order: UpscaleOrder,
  source: Uint8Array | undefined,
  { version, upscaler }: { version: string; upscaler: string },
): PictureParameters {
  const known = source && readProvenance(source)?.parameters
  return {
    ...(known ?? { prompt: '', negative: '' }),
    widthPx: order.widthPx,
    heightPx: order.heightPx,
    extra: new Map([
      ...(known ? withoutOwnKeys(known.extra) : []),
      ['Postprocess upscale by', String(order.factor)],
      ['Postprocess upscaler', upscaler],
      ['Version', version],
    ]),
  }
}

function sourceId(order: WorkOrder): string {
  return order.source?.pictureId ?? ''
}

/** In A1111's format: a name and ten digits for each file. */
function embeddingHashes({ embeddings = [] }: PaintOrder['prompt']): string {
  return embeddings
    .flatMap(({ name, parts }) =>
      [...new Set(parts.map(({ hash }) => hash))].map(hash => `${name}: ${shortHash(hash)}`),
    )
    .join(', ')
}

/** A1111 reads LoRAs only from the prompt, so those that the prompt does not mention are appended. */
function promptWithLoras(order: PaintOrder | RefineOrder): string {
  const { prompt } = order
  const loras = order.kind === 'paint' ? (order.loras ?? []) : []
  const unmentioned = loras.slice(loraMentions(prompt).length)
  return [prompt.positive, ...unmentioned.map(writeMention)].join(' ')
}

/** The hashes by the names in the prompt. A1111 uses twelve digits of the hash of the file without its header. */
function loraHashes(loras: readonly LoraOrder[]): string {
  return loras
    .map(lora => `${mentionedName(lora).replace(/[:,]/g, '')}: ${(lora.dataHash ?? lora.hash).slice(0, 12)}`)
    .join(', ')
}

/** A1111 shows ten digits. */
const shortHash = (hash: string) => hash.slice(0, 10)
const modelLabel = (model: { name: string; hash: string }) => `${model.name} [${shortHash(model.hash)}]`
const scheduleLabel = (name?: string) => schedules.find(one => one.name === name)?.label ?? name
const capitalise = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
