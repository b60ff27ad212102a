/** Resolves ControlNets and image prompts by name in the library. Pure. */

import { type Bounds, bounds } from '../../common/bounds.ts'
import type { FileRecord } from '../../engine/models/file-record.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import {
  type ControlOrder,
  type ImagePromptOrder,
  type Preprocessor,
  preprocessors,
} from '../../engine/work-order.ts'
import type { ControlRequest, GivenPicture, ImagePromptRequest, ImagineRequest } from '../requests.ts'
import { type Catalogue, filesOf, findByName, namesOf, suggestions } from '../views/catalogue.ts'
import type { Findings } from '../views/findings.ts'
import { imagePromptsOf, type PicturePlace } from './request-pictures.ts'

/** The default scales, from the published examples. */
const defaultScales = { control: 0.8, imagePrompt: 0.6 }

export interface ControlContext {
  catalogue: Catalogue
  model: ModelRecord
  /** The id of the admitted picture at a place. */
  pictureIdAt(place: PicturePlace): string | undefined
}

export function resolveControls(
  { controls: requested = [], controlPictures = [] }: ImagineRequest,
  context: ControlContext,
  findings: Findings,
): ControlOrder[] | undefined {
  const nets = filesOf(context.catalogue, 'controlnet')
  if (requested.length === 0) {
    if (controlPictures.length > 0) findings.refuse('control-unnamed', { known: namesOf(nets).slice(0, 10) })
    return undefined
  }
  findings.inRange('control', requested.length, bounds.controls)
  refuseUnused('--control', requested, controlPictures, findings)
  return requested.flatMap((control, i) => controlOf(control, i, nets, context, findings) ?? [])
}

function controlOf(
  control: ControlRequest,
  index: number,
  nets: readonly FileRecord[],
  { model, pictureIdAt }: ControlContext,
  findings: Findings,
): ControlOrder | undefined {
  const { scale = defaultScales.control, range: [start, end] = [0, 1], guess = false } = control
  findings.inRange('control', scale, bounds.controlScale)
  inRange('control', [start, end], bounds.controlRange, findings)
  const net = findByKind(nets, control.name)
  if (!net) {
    findings.refuse('control-unknown', {
      name: control.name,
      known: suggestions(namesOf(nets), control.name),
    })
    return undefined
  }
  if (!isLikeUNet(net, model)) findings.refuse('control-unfit', { control: net.name, model: model.name })
  const pictureId = pictureIdAt(`control ${index}`)
  if (pictureId === undefined) {
    // A refused picture is already among the findings.
    if (control.pictureId === undefined) findings.refuse('control-without-picture', { control: net.name })
    return undefined
  }
  const preprocessor = control.preprocessor ?? preprocessorByName(net.name)
  return { model: { name: net.name, hash: net.hash }, pictureId, preprocessor, scale, start, end, guess }
}

/** The file of that exact name, or the only file whose name contains it: `canny`. */
function findByKind(files: readonly FileRecord[], name: string): FileRecord | undefined {
  const exact = findByName(files, name)
  if (exact) return exact
  const wanted = name.toLowerCase()
  const [only, ...others] = files.filter(file => file.name.toLowerCase().includes(wanted))
  return others.length === 0 ? only : undefined
}

/** The preprocessor that the ControlNet's name contains; without one, the picture is taken as a control map. */
function preprocessorByName(name: string): Preprocessor {
  const lower = name.toLowerCase()
  return preprocessors.find(preprocessor => preprocessor !== 'none' && lower.includes(preprocessor)) ?? 'none'
}

/** The configuration keys that must agree between a U-Net and its ControlNet. */
const sharedKeys = ['cross_attention_dim', 'block_out_channels', 'layers_per_block'] as const

function isLikeUNet({ controlNet }: FileRecord, model: ModelRecord): boolean {
  const unet = model.parts.networks.unet
  if (unet.weights.layout === 'onnx') return false
  return sharedKeys.every(key => JSON.stringify(controlNet?.config[key]) === JSON.stringify(unet.config[key]))
}

export function resolveImagePrompts(
  request: ImagineRequest,
  context: ControlContext,
  findings: Findings,
): ImagePromptOrder[] | undefined {
  const requested = imagePromptsOf(request)
  if (requested.length === 0) return undefined
  const adapters = filesOf(context.catalogue, 'ip-adapter')
  findings.inRange('image-prompt', requested.length, bounds.imagePrompts)
  refuseUnused('--image-prompt', requested, request.promptPictures ?? [], findings)
  const prompts = requested.flatMap(
    (prompt, i) => imagePromptOf(prompt, i, adapters, context, findings) ?? [],
  )
  return prompts.map((prompt, i) => (isAlike(prompt, prompts[i - 1]) ? { ...prompt, joined: true } : prompt))
}

function isAlike({ model, scale }: ImagePromptOrder, before: ImagePromptOrder | undefined): boolean {
  return before?.model.hash === model.hash && before.scale === scale
}

function imagePromptOf(
  { name, pictureId: given, scale = defaultScales.imagePrompt }: ImagePromptRequest,
  index: number,
  adapters: readonly FileRecord[],
  { model, pictureIdAt }: ControlContext,
  findings: Findings,
): ImagePromptOrder | undefined {
  findings.inRange('image-prompt', scale, bounds.imagePromptScale)
  const { config, weights } = model.parts.networks.unet
  const fits = ({ ipAdapter }: FileRecord) =>
    ipAdapter?.contextWidth === config.cross_attention_dim && weights.layout !== 'onnx'
  const adapter = name === undefined ? (adapters.find(fits) ?? adapters[0]) : findByKind(adapters, name)
  if (!adapter) {
    const names = namesOf(adapters)
    const known = name === undefined ? names : suggestions(names, name)
    findings.refuse('image-prompt-unknown', { ...(name !== undefined && { name }), known })
    return undefined
  }
  if (!fits(adapter)) findings.refuse('image-prompt-unfit', { adapter: adapter.name, model: model.name })
  const pictureId = pictureIdAt(`prompt ${index}`)
  if (pictureId === undefined) {
    if (given === undefined) findings.refuse('image-prompt-without-picture', {})
    return undefined
  }
  return { model: { name: adapter.name, hash: adapter.hash }, pictureId, scale }
}

/** An unused picture is reported, not ignored. */
function refuseUnused(
  flag: string,
  requested: readonly { pictureId?: string }[],
  { length: given }: readonly GivenPicture[],
  findings: Findings,
): void {
  const taken = requested.filter(({ pictureId }) => pictureId === undefined).length
  if (given > taken) findings.refuse('pictures-unused', { flag, given, taken })
}

function inRange(name: string, values: readonly number[], range: Bounds, findings: Findings): void {
  for (const value of values) findings.inRange(name, value, range)
}
