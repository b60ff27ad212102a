/**
 * ComfyUI: its graph as `prompt`, in WebP and JPEG after `prompt:` in a field of EXIF. The settings of the first sampler are
 * read; later passes refine its result. (nodes.py and comfy_extras/nodes_custom_sampler.py of comfyanonymous/ComfyUI.)
 */
import { z } from 'zod'
import { type LoraUse, parametersFrom } from './build-parameters.ts'
import { type ComfyGraph, type GraphNode, parseGraph } from './comfyui-graph.ts'
import { promptBehind } from './comfyui-prompt.ts'
import { number, seed, text } from './json-fields.ts'
import { type ParametersReader, type PictureTexts, textsAt } from './reader.ts'

export const readComfyUi: ParametersReader = texts => {
  for (const found of graphTexts(texts)) {
    const graph = parseGraph(found, texts.parseObject)
    const sampler = graph && firstSampler(graph)
    if (graph && sampler) return { program: 'ComfyUI', parameters: parametersOf(graph, sampler) }
  }
  return undefined
}

function graphTexts(texts: PictureTexts): string[] {
  return textsAt(texts, 'prompt').map(found => found.replace(/^\s{0,9}prompt\s{0,9}:/i, ''))
}

/** The maximum number of samplers whose order is determined. */
const latentInputs = ['latent_image', 'latent', 'samples'] as const
const maxSamplers = 20

/** KSampler and similar nodes, and samplers that are composed from a guider, noise and sigmas. */
function isSampler({ inputs }: GraphNode): boolean {
  const hasNoise = ['seed', 'noise_seed', 'noise'].some(name => inputs.has(name))
  return (
    hasNoise &&
    (inputs.has('positive') || inputs.has('guider')) &&
    latentInputs.some(name => inputs.has(name))
  )
}

/** The first sampler of a saved picture: no other sampler is upstream of it. */
function firstSampler(graph: ComfyGraph): GraphNode | undefined {
  const all = graph.nodes.filter(isSampler).slice(0, maxSamplers)
  const first = all.filter(node => !latentsBehind(graph, node).some(isSampler))
  const outputs = graph.nodes.filter(({ type }) => /save|preview/i.test(type)).slice(0, maxSamplers)
  const saved = new Set(
    outputs.flatMap(node => [...node.inputs.values()].flatMap(value => graph.upstream(value))),
  )
  return first.find(node => saved.has(node)) ?? first[0] ?? all[0]
}

function latentsBehind(graph: ComfyGraph, { inputs }: GraphNode): GraphNode[] {
  return graph.upstream(latentInputs.map(name => inputs.get(name)).find(value => value !== undefined))
}

function parametersOf(graph: ComfyGraph, sampler: GraphNode) {
  const setting = (...names: string[]) => settingOf(graph, sampler, names)
  const loaders = graph.upstream(inputOf(graph, sampler, 'model'))
  const denoise = number.parse(setting('denoise'))
  const known = {
    prompt: promptOf(graph, sampler, 'positive'),
    negative: promptOf(graph, sampler, 'negative'),
    seed: seed.parse(setting('seed', 'noise_seed')),
    steps: number.parse(setting('steps')),
    guidance: number.parse(setting('cfg')),
    sampler: text.parse(setting('sampler_name')),
    ...sizeOf(graph, sampler),
    model: modelOf(loaders),
  }
  const extra = {
    'Schedule type': text.parse(setting('scheduler')) ?? scheduleOf(graph, sampler),
    'Denoising strength': denoise === 1 ? undefined : denoise,
  }
  return parametersFrom(known, extra, loaders.flatMap(lorasOf))
}

/** Inputs through which a sampler gets settings from other nodes. */
const partInputs = ['noise', 'guider', 'sampler', 'sigmas'] as const

/** The sampler and the nodes with parts of its settings. */
function partsOf(graph: ComfyGraph, sampler: GraphNode): GraphNode[] {
  const parts = new Set([sampler])
  for (const { inputs } of parts) {
    for (const name of partInputs) {
      const part = graph.linked(inputs.get(name))
      if (part) parts.add(part)
    }
  }
  return [...parts]
}

function inputOf(graph: ComfyGraph, sampler: GraphNode, name: string): unknown {
  return partsOf(graph, sampler)
    .map(({ inputs }) => inputs.get(name))
    .find(value => value !== undefined)
}

/** The value of that name, or the value that the linked node passes on. */
function settingOf(graph: ComfyGraph, sampler: GraphNode, names: readonly string[]): unknown {
  const values = names.map(name => inputOf(graph, sampler, name))
  const value = values.find(one => one !== undefined)
  const passing = [...names, 'value', 'int', 'float', 'number']
  return graph.linked(value) === undefined ? value : literalBehind(graph, value, passing)
}

function literalBehind(graph: ComfyGraph, value: unknown, names: readonly string[]): unknown {
  for (const { inputs } of graph.upstream(value)) {
    const found = names.map(name => inputs.get(name)).find(one => ['string', 'number'].includes(typeof one))
    if (found !== undefined) return found
  }
  return undefined
}

/** `positive` and `negative`, or the single `conditioning` of a guider without guidance. */
function promptOf(graph: ComfyGraph, sampler: GraphNode, role: 'positive' | 'negative'): string {
  const value = inputOf(graph, sampler, role)
  const only = role === 'positive' ? inputOf(graph, sampler, 'conditioning') : undefined
  return promptBehind(graph, value ?? only, role)
}

/** Sigmas may come from a node for one schedule: `KarrasScheduler`. */
function scheduleOf(graph: ComfyGraph, sampler: GraphNode): string | undefined {
  const sigmas = graph.linked(sampler.inputs.get('sigmas'))
  return /^(\w{1,40})Scheduler$/.exec(sigmas?.type ?? '')?.[1]
}

/** The size of the empty latents at the start. */
function sizeOf(graph: ComfyGraph, sampler: GraphNode): { widthPx?: number; heightPx?: number } {
  const empty = latentsBehind(graph, sampler).find(
    ({ type, inputs }) => /latent/i.test(type) && inputs.has('width') && inputs.has('height'),
  )
  const side = (name: string) => {
    const value = empty?.inputs.get(name)
    return number.parse(graph.linked(value) ? literalBehind(graph, value, [name, 'value', 'int']) : value)
  }
  return empty ? { widthPx: side('width'), heightPx: side('height') } : {}
}

function modelOf(loaders: readonly GraphNode[]): string | undefined {
  const names = loaders.flatMap(({ inputs }) =>
    ['ckpt_name', 'unet_name', 'base_ckpt_name'].map(key => inputs.get(key)),
  )
  return names.find(name => typeof name === 'string')
}

/** A LoRA in a node for several LoRAs, each of which is switched on or off. */
const loraSlot = z.object({ on: z.boolean().default(true), lora: z.string(), strength: z.number() })

function lorasOf({ inputs }: GraphNode): LoraUse[] {
  const name = inputs.get('lora_name')
  if (typeof name === 'string') return [{ name, weight: number.parse(inputs.get('strength_model')) }]
  return [...inputs.values()].flatMap(value => {
    const slot = loraSlot.safeParse(value)
    return slot.success && slot.data.on ? [{ name: slot.data.lora, weight: slot.data.strength }] : []
  })
}
