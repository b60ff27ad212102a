/** A job's parameters as text: one line for its card, or a table for Info. Pure. */
import type { JobView } from '../../app/views/views.ts'
import type {
  ControlOrder,
  Inpainting,
  LoraOrder,
  PaintOrder,
  Refinement,
  RefineOrder,
  WorkOrder,
} from '../../engine/work-order.ts'
import type { Words } from '../../words/en.ts'

/** `128×128 · seed 7 · 20 steps · guidance 7 · euler · demo`. */
export function parameterLine({ order }: JobView, { parameters }: Words): string {
  const many = order.kind === 'paint' && order.count > 1 ? `${order.count} × ` : ''
  const parts = [`${many}${sizeOf(order)}`]
  if (order.kind !== 'upscale') {
    parts.push(
      parameters.seedOf(order.seed),
      parameters.stepsOf(order.sampling.steps),
      parameters.guidanceOf(order.sampling.guidance),
      samplerOf(order),
      order.model.name,
    )
  }
  if (order.kind === 'paint') {
    if (order.refinement) parts.push(parameters.refinerWay[order.refinement.way])
    if (order.prompt.negative) parts.push(parameters.no(order.prompt.negative))
  }
  return parts.join(' · ')
}

/** All parameters of the picture as names and values. `index`: the picture's index in its set. */
export function parameterTable(
  { order, promptAsTyped }: Pick<JobView, 'order' | 'promptAsTyped'>,
  index: number,
  { parameters }: Words,
): [name: string, value: string][] {
  if (order.kind === 'upscale') {
    return [
      ...given(parameters.prompt, promptAsTyped || undefined),
      [parameters.size, sizeOf(order)],
      [parameters.source, order.source.pictureId],
    ]
  }
  const { prompt, source } = order
  const details = order.kind === 'paint' ? paintDetails(order, parameters) : []
  return [
    [parameters.prompt, prompt.positive],
    ...given(parameters.prompt2, prompt.positive2),
    ...given(parameters.negative, prompt.negative || undefined),
    [parameters.size, sizeOf(order)],
    [parameters.seed, String(order.kind === 'paint' ? order.seed + index : order.seed)],
    [parameters.steps, String(order.sampling.steps)],
    [parameters.guidance, guidanceOf(order, parameters)],
    [parameters.sampler, samplerOf(order)],
    ...given(parameters.eta, etaOf(order)),
    ...given(parameters.churn, order.sampling.noise?.churn && String(order.sampling.noise.churn.amount)),
    [parameters.model, modelOf(order.model)],
    ...given(parameters.vae, order.model.vae && modelOf(order.model.vae)),
    ...given(parameters.clipSkip, prompt.clipSkip > 0 ? String(prompt.clipSkip) : undefined),
    ...given(parameters.embeddings, prompt.embeddings?.map(({ name }) => name).join(', ')),
    ...given(parameters.syntax, prompt.syntax === 'a1111' ? undefined : prompt.syntax),
    ...given(parameters.source, source && `${source.pictureId}, ${parameters.strengthOf(source.strength)}`),
    ...given(parameters.mask, source?.maskId && maskOf(source.maskId, source.inpainting, parameters)),
    ...given(parameters.score, order.kind === 'refine' ? String(order.aesthetic.positive) : undefined),
    ...details,
  ]
}

export function sizeOf({ widthPx, heightPx }: { widthPx: number; heightPx: number }): string {
  return `${widthPx}×${heightPx}`
}

/** A name with the shown part of the hash. */
function modelOf({ name, hash }: { name: string; hash: string }): string {
  return `${name} (${hash.slice(0, 10)})`
}

function paintDetails(order: PaintOrder, parameters: Words['parameters']): [string, string][] {
  const { refinement, controls = [], imagePrompts = [], loras = [] } = order
  return [
    ...controls.map((control): [string, string] => [parameters.control, controlOf(control, parameters)]),
    ...imagePrompts.map(({ model, pictureId, scale }): [string, string] => [
      parameters.imagePrompt,
      [pictureId, modelOf(model), parameters.scaleOf(scale)].join(', '),
    ]),
    ...loras.map((lora): [string, string] => [parameters.lora, loraOf(lora, parameters)]),
    ...given(parameters.refiner, refinement && refinerOf(refinement, parameters)),
    ...given(parameters.fast, order.fast ? parameters.yes : undefined),
  ]
}

function maskOf(id: string, inpainting: Inpainting | undefined, parameters: Words['parameters']): string {
  if (!inpainting) return [id, parameters.notPasted].join(', ')
  const { softEdgePx, onlyMasked } = inpainting
  const parts = [id, parameters.softEdge(softEdgePx)]
  if (onlyMasked) parts.push(parameters.onlyMasked(onlyMasked.paddingPx))
  return parts.join(', ')
}

function controlOf(control: ControlOrder, parameters: Words['parameters']): string {
  const { model, pictureId, preprocessor, scale, start, end, guess } = control
  const parts = [modelOf(model), pictureId, parameters.preprocessors[preprocessor], parameters.scaleOf(scale)]
  if (start > 0 || end < 1) parts.push(parameters.controlRange(start, end))
  if (guess) parts.push(parameters.guess)
  return parts.join(', ')
}

function loraOf(lora: LoraOrder, parameters: Words['parameters']): string {
  const { unetWeight, textWeight } = lora
  const weights = unetWeight === textWeight ? unetWeight : parameters.loraWeights(unetWeight, textWeight)
  return `${modelOf(lora)}, ${weights}`
}

function refinerOf(refinement: Refinement, parameters: Words['parameters']): string {
  const { model, way, guidance, aesthetic } = refinement
  const how =
    way === 'ensemble'
      ? [parameters.splitAt(refinement.split)]
      : [parameters.strengthOf(refinement.strength), parameters.stepsOf(refinement.steps)]
  const rest = [parameters.guidanceOf(guidance), parameters.scoreOf(aesthetic.positive)]
  return [model.name, parameters.refinerWay[way], ...how, ...rest].join(', ')
}

function guidanceOf({ sampling }: PaintOrder | RefineOrder, parameters: Words['parameters']): string {
  const [from, to] = sampling.guidanceInterval
  const parts = [String(sampling.guidance)]
  if (from !== 0 || to !== 1) parts.push(parameters.guidanceInterval(from, to))
  if (sampling.guidanceRescale > 0) parts.push(parameters.rescaled(sampling.guidanceRescale))
  return parts.join(', ')
}

/** The sampler with the changes to its schedule: `dpmpp-2m karras`. */
function samplerOf({ sampling }: Exclude<WorkOrder, { kind: 'upscale' }>): string {
  return [sampling.sampler, sampling.schedule, sampling.sigmas, sampling.spacing]
    .filter(word => word !== undefined && word !== 'model')
    .join(' ')
}

function etaOf({ sampling }: PaintOrder | RefineOrder): string | undefined {
  const eta = sampling.eta ?? sampling.noise?.eta
  return eta === undefined ? undefined : String(eta)
}

function given(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]]
}
