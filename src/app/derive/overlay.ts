/** An edited request over the one that it was made from. Pure. */
import type { ImagineRequest } from '../requests.ts'

/**
 * Values of the form replace the old ones. An aspect also replaces the size, and a preset also replaces the sampling. An
 * empty negative field removes the negative prompt, and the form states the second prompt, if there is one.
 */
export function overlay(base: ImagineRequest | undefined, edited: ImagineRequest): ImagineRequest {
  const entered = Object.fromEntries(Object.entries(edited).filter(([, value]) => value !== undefined))
  const replaced: Partial<ImagineRequest> = {}
  if (base && edited.aspect && !edited.size) replaced.size = undefined
  if (base && edited.preset) {
    Object.assign(replaced, { sampler: undefined, steps: undefined, guidance: undefined, spacing: undefined })
  }
  // A new sampler or sigma spacing removes the old schedule. A new schedule removes the old sigma spacing.
  if (base && (edited.sampler ?? edited.sigmas ?? edited.preset) !== undefined) replaced.schedule = undefined
  if (base && edited.schedule !== undefined)
    Object.assign(replaced, { sigmas: undefined, spacing: undefined })
  // A preset in the old settings fixes timesteps, which fit only its own sampler.
  if (base?.preset && edited.sampler) replaced.preset = undefined
  if (base) Object.assign(replaced, refinerReplaced(edited), picturesReplaced(base, edited))
  const removed = edited.negative === '' ? { negative: undefined } : {}
  return { prompt: edited.prompt, prompt2: undefined, ...replaced, ...entered, ...removed }
}

/** Attached pictures replace those that the old ControlNets and image prompts used. */
function picturesReplaced(base: ImagineRequest, edited: ImagineRequest): Partial<ImagineRequest> {
  const withoutPicture = <Item extends { pictureId?: string }>({ pictureId: _, ...rest }: Item) => rest
  return {
    ...(edited.controlPictures && { controls: base.controls?.map(withoutPicture) }),
    ...(edited.promptPictures && { imagePrompts: base.imagePrompts?.map(withoutPicture) }),
  }
}

/** A change of the Refiner's mode removes the options of the old mode. */
function refinerReplaced(edited: ImagineRequest): Partial<ImagineRequest> {
  const after = { refineStrength: undefined, refineSteps: undefined }
  const ensemble = { refineSplit: undefined }
  if (edited.refine !== undefined) {
    return { ...after, ...ensemble, refineGuidance: undefined, refineScore: undefined }
  }
  if (edited.refineSplit !== undefined) return { refine: undefined, ...after }
  if (edited.refineStrength !== undefined || edited.refineSteps !== undefined) {
    return { refine: undefined, ...ensemble }
  }
  return edited.refineGuidance === undefined && edited.refineScore === undefined ? {} : { refine: undefined }
}
