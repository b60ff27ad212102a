/** The request that reproduces a job's pictures, for commands and for Remix. */

import { presetOfTimesteps } from '../../engine/sampling/presets.ts'
import { findSampler, takesSchedules } from '../../engine/sampling/sampler-names.ts'
import { templateFor } from '../../engine/text/expand-prompt.ts'
import { isReadAlike } from '../../engine/text/prompt-rules.ts'
import type { PaintOrder } from '../../engine/work-order.ts'
import type { ImagineRequest } from '../requests.ts'
import { lorasBesidePrompt } from '../resolve/resolve-loras.ts'
import type { JobView } from '../views/views.ts'

/**
 * States every value of the order, so that neither the person's settings nor a changed configuration affects the result.
 * With an index: the request for one picture of the set (picture i has seed + i). Undefined for refined and upscaled
 * pictures, which no command can reproduce.
 */
export function requestOf(job: Pick<JobView, 'order'>, pictureIndex?: number): ImagineRequest | undefined {
  if (job.order.kind !== 'paint') return undefined
  const { order } = job
  const { sampling } = order
  return withoutUndefined({
    prompt: templateFor(order.prompt.positive),
    prompt2: order.prompt.positive2,
    negative: order.prompt.negative ?? undefined,
    size: paintedSize(order),
    count: pictureIndex === undefined ? order.count : 1,
    seed: order.seed + (pictureIndex ?? 0),
    steps: sampling.steps,
    guidance: sampling.guidance,
    guidanceRescale: sampling.guidanceRescale || undefined,
    guidanceInterval: isWhole(sampling.guidanceInterval) ? undefined : sampling.guidanceInterval,
    sampler: sampling.sampler,
    sigmas: sampling.sigmas === 'model' ? undefined : sampling.sigmas,
    spacing: sampling.spacing === 'model' ? undefined : sampling.spacing,
    schedule: sampling.schedule,
    churn: sampling.noise?.churn?.amount,
    eta: etaOf(sampling),
    // No flag takes a list of timesteps; the preset that fixes them replaces it.
    preset: sampling.timesteps && presetOfTimesteps(sampling.timesteps)?.name,
    model: order.model.name,
    vae: order.model.vae?.name,
    loras: lorasOf(order),
    clipSkip: order.prompt.clipSkip || undefined,
    syntax: syntaxOf(order.prompt),
    ...sourceOf(order),
    ...guidesOf(order),
    ...refinementOf(order),
    fast: order.fast || undefined,
  })
}

/**
 * The default syntax is omitted. Orders without a syntax were made with the first one; it is also omitted if the prompts
 * contain no markup that the syntaxes read differently.
 */
function syntaxOf({ syntax, ...prompt }: PaintOrder['prompt']): ImagineRequest['syntax'] {
  if (syntax !== undefined) return syntax === 'a1111' ? undefined : syntax
  const texts = [prompt.positive, prompt.positive2 ?? '', prompt.negative ?? '']
  return texts.every(isReadAlike) ? undefined : 'easel'
}

function lorasOf(order: PaintOrder): ImagineRequest['loras'] {
  const beside = lorasBesidePrompt(order)
  return beside.length === 0
    ? undefined
    : beside.map(({ name, unetWeight, textWeight }) => ({
        name,
        unetWeight,
        ...(textWeight !== unetWeight && { textWeight }),
      }))
}

/** Old orders may contain an eta that their ancestral sampler did not use. */
function etaOf({ sampler, eta, noise }: PaintOrder['sampling']): number | undefined {
  const found = findSampler(sampler)
  return found.kind === 'found' && takesSchedules(found.choice.kind) ? noise?.eta : eta
}

/** If only a part was painted, the requested size is that of the part. */
function paintedSize({ source, widthPx, heightPx }: PaintOrder): ImagineRequest['size'] {
  const { onlyMasked } = source?.inpainting ?? {}
  return onlyMasked ? { widthPx: onlyMasked.widthPx, heightPx: onlyMasked.heightPx } : { widthPx, heightPx }
}

function sourceOf(order: PaintOrder): Partial<ImagineRequest> {
  const { source } = order
  if (!source) return {}
  const { pictureId, maskId, strength, inpainting } = source
  return {
    source: { kind: 'stored', pictureId },
    strength,
    ...(maskId !== undefined && {
      mask: { kind: 'stored', pictureId: maskId },
      pasteBack: inpainting ? undefined : false,
      softEdgePx: inpainting?.softEdgePx,
      onlyMasked: inpainting?.onlyMasked?.paddingPx,
    }),
  }
}

function guidesOf({ controls, imagePrompts }: PaintOrder): Partial<ImagineRequest> {
  return {
    controls: controls?.map(({ model, start, end, guess, ...control }) => ({
      ...control,
      name: model.name,
      range: [start, end],
      ...(guess && { guess }),
    })),
    imagePrompts: imagePrompts?.map(({ model, pictureId, scale }) => ({
      name: model.name,
      pictureId,
      scale,
    })),
  }
}

function refinementOf({ refinement }: PaintOrder): Partial<ImagineRequest> {
  if (!refinement) return { refine: false }
  const { way, guidance, aesthetic } = refinement
  return {
    refine: way,
    ...(way === 'ensemble'
      ? { refineSplit: refinement.split }
      : { refineStrength: refinement.strength, refineSteps: refinement.steps }),
    refineGuidance: guidance,
    refineScore: aesthetic.positive,
  }
}

function isWhole([from, to]: [number, number]): boolean {
  return from === 0 && to === 1
}

/** Removes undefined keys, so that equal requests compare as equal. */
function withoutUndefined(request: ImagineRequest): ImagineRequest {
  const result: ImagineRequest = { prompt: request.prompt }
  return Object.assign(
    result,
    Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)),
  )
}
