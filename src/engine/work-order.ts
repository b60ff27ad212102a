/** The work order: everything that determines a picture's bytes. It is fixed when a job is accepted and never changes. */

import { z } from 'zod'
import { bounds } from '../common/bounds.ts'
import { promptSyntaxes, sigmaSpreads, textEncoders, timestepSpacings } from '../common/choices.ts'
import { numberWithin } from '../common/number-within.ts'

/** Something in the models folders by its name and the hash of its weights, so that a re-run paints the same picture. */
const fileReference = z.object({ name: z.string(), hash: z.string() })

const modelReference = z.object({
  ...fileReference.shape,
  /** A VAE in place of the model's own. */
  vae: fileReference.optional(),
})

/** A tensor in a file of textual inversion, by the file's name in the models folders and its hash. */
const embeddingTensor = z.object({
  file: z.string(),
  hash: z.string(),
  tensor: z.string(),
  /** The encoder, if the tensor's name states it. */
  encoder: z.enum(textEncoders).optional(),
})

/** The input of the text encoders. `negative` null: none was given (zeros on the Base); '' is encoded. */
const promptText = z.object({
  positive: z.string(),
  /** For the second encoder; absent: the positive prompt. */
  positive2: z.string().optional(),
  negative: z.string().nullable(),
  /** Layers skipped from the penultimate one; 0 is SDXL's own choice. */
  clipSkip: numberWithin(bounds.clipSkip).int().default(0),
  /** The rule for the markup in the prompts; absent: Easel's first rule. */
  syntax: z.enum(promptSyntaxes).optional(),
  /** The embeddings in the prompts: for each name the tensors of its file, or of two files if each encoder has its own. */
  embeddings: z.array(z.object({ name: z.string(), parts: z.array(embeddingTensor) })).optional(),
})

const sampling = z.object({
  /** A name of the sampler registry. */
  sampler: z.string(),
  /** Spread of the sigmas; `model` keeps what the model's scheduler_config.json says. */
  sigmas: z.enum(['model', ...sigmaSpreads]).default('model'),
  spacing: z.enum(['model', ...timestepSpacings]).default('model'),
  /** A schedule of k-diffusion and the UIs by its name; it replaces sigmas and spacing. */
  schedule: z.string().optional(),
  steps: z.number().int().min(1),
  /** Classifier-free guidance scale; off at 1 and below. */
  guidance: z.number(),
  guidanceRescale: numberWithin(bounds.guidanceRescale).default(0),
  /** Fractions of the schedule between which guidance runs. */
  guidanceInterval: z.tuple([z.number(), z.number()]).default([0, 1]),
  /** An option of DDIM and TCD. */
  eta: z.number().optional(),
  /** The noise options of k-diffusion's rules: the fraction drawn anew, and churn. */
  noise: z
    .object({
      eta: numberWithin(bounds.eta).optional(),
      churn: z.object({ amount: z.number(), from: z.number(), to: z.number() }).optional(),
    })
    .optional(),
  /** The fixed timesteps of a distilled model; they replace spacing and count. */
  timesteps: z.array(z.number().int().min(0)).optional(),
})

/** The aesthetic scores in the Refiner's conditioning, for the prompt and for the negative prompt. */
const aesthetic = z.object({ positive: z.number().default(6), negative: z.number().default(2.5) })

/** How the Refiner takes part in a new picture. */
const refinement = z.discriminatedUnion('way', [
  /** Ensemble of experts: the Base stops at `split` of the schedule, and the Refiner continues. */
  z.object({
    way: z.literal('ensemble'),
    model: modelReference,
    split: numberWithin(bounds.refineSplit),
    guidance: z.number(),
    aesthetic,
  }),
  /** Image to image on the finished picture. */
  z.object({
    way: z.literal('after'),
    model: modelReference,
    strength: z.number().gt(bounds.strength.min).max(bounds.strength.max),
    steps: z.number().int().min(1),
    guidance: z.number(),
    aesthetic,
  }),
])

/**
 * How a masked picture is painted: the kept part is pasted back pixel for pixel, and transparent parts of the mask count
 * as black.
 */
const inpainting = z.object({
  /** The width in pixels of the blended edge, which is inside the painted part. */
  softEdgePx: numberWithin(bounds.softEdge).int(),
  /** Only the part around the mask is painted, at about this number of pixels; the result has the source's size. */
  onlyMasked: z
    .object({
      paddingPx: numberWithin(bounds.maskPadding).int(),
      widthPx: z.number().int().positive(),
      heightPx: z.number().int().positive(),
    })
    .optional(),
})

/** A stored picture by its id; the worker receives its bytes with the order. */
const source = z.object({
  pictureId: z.string(),
  strength: numberWithin(bounds.strength),
  /** White is painted, black is kept. */
  maskId: z.string().optional(),
  /** Absent in older orders: the kept part is only close to the source, and transparent parts of the mask count as white. */
  inpainting: inpainting.optional(),
})

/** The preprocessing of a control picture; `none`: the picture is a map already. */
export const preprocessors = ['none', 'canny', 'tile', 'blur'] as const

/** A ControlNet and its control picture. */
const control = z.object({
  model: fileReference,
  pictureId: z.string(),
  preprocessor: z.enum(preprocessors),
  /** The factor of its output. */
  scale: numberWithin(bounds.controlScale),
  /** The fractions of the schedule between which it is active. */
  start: numberWithin(bounds.controlRange),
  end: numberWithin(bounds.controlRange),
  /** Works without a prompt too: it affects only the conditional side of the guidance. */
  guess: z.boolean(),
})

/** A picture as a prompt of the Base, by an IP-Adapter. */
const imagePrompt = z.object({
  model: fileReference,
  pictureId: z.string(),
  scale: numberWithin(bounds.imagePromptScale),
  /**
   * One attention for this picture and the one before it, which has the same adapter and scale. Absent, also in older orders: an
   * attention of its own, whose result is added.
   */
  joined: z.literal(true).optional(),
})

/** A LoRA that is merged into the Base's weights, with the factors of its changes. */
const lora = z.object({
  ...fileReference.shape,
  unetWeight: z.number(),
  textWeight: z.number(),
  /** The sha256 of the file without its header, which A1111 and similar programs use as its id. */
  dataHash: z.string().optional(),
})

/** Seeds are torch's: an integer; picture i of a set uses seed + i. */
const seed = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** Text to image, or image to image if there is a source. */
export const paintOrder = z.object({
  kind: z.literal('paint'),
  model: modelReference,
  prompt: promptText,
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
  count: numberWithin(bounds.count).int(),
  seed,
  sampling,
  source: source.optional(),
  controls: z.array(control).optional(),
  imagePrompts: z.array(imagePrompt).optional(),
  /** In merge order; the LoRAs in the prompt come first. */
  loras: z.array(lora).optional(),
  refinement: refinement.optional(),
  /** Reuses deep U-Net features between steps: faster, but not the same bytes. */
  fast: z.boolean().default(false),
})

/** The Refine button: the Refiner's image to image on a finished picture. */
export const refineOrder = z.object({
  kind: z.literal('refine'),
  model: modelReference,
  prompt: promptText,
  /** The size of the result: the source's size, rounded to a size that the Refiner supports. */
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
  seed,
  sampling,
  source,
  aesthetic,
})

const upscaleOrder = z.object({
  kind: z.literal('upscale'),
  source: z.object({ pictureId: z.string() }),
  factor: z.union([z.literal(2), z.literal(4)]),
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
  /** The nearest paint order, for buttons after its picture was deleted. It has no effect on this picture. */
  recipe: z.discriminatedUnion('kind', [paintOrder, refineOrder]).optional(),
})

export const workOrder = z.discriminatedUnion('kind', [paintOrder, refineOrder, upscaleOrder])

export type ModelReference = z.infer<typeof modelReference>
export type FileReference = z.infer<typeof fileReference>
export type PaintOrder = z.infer<typeof paintOrder>
export type RefineOrder = z.infer<typeof refineOrder>
export type UpscaleOrder = z.infer<typeof upscaleOrder>
export type WorkOrder = z.infer<typeof workOrder>
export type SamplingOrder = PaintOrder['sampling']
export type Refinement = z.infer<typeof refinement>
export type Inpainting = z.infer<typeof inpainting>
export type ControlOrder = z.infer<typeof control>
export type ImagePromptOrder = z.infer<typeof imagePrompt>
export type LoraOrder = z.infer<typeof lora>
export type Preprocessor = (typeof preprocessors)[number]

/** The ids of all stored pictures that an order needs. */
export function sourcesOf(order: WorkOrder): string[] {
  switch (order.kind) {
    case 'upscale':
      return [order.source.pictureId]
    case 'refine':
      return sourceIds(order.source)
    case 'paint': {
      const beside = [...(order.controls ?? []), ...(order.imagePrompts ?? [])]
      return [...(order.source ? sourceIds(order.source) : []), ...beside.map(one => one.pictureId)]
    }
  }
}

function sourceIds({ pictureId, maskId }: RefineOrder['source']): string[] {
  return maskId === undefined ? [pictureId] : [pictureId, maskId]
}

/** The number of pictures of an order. */
export function countOf(order: WorkOrder): number {
  return order.kind === 'paint' ? order.count : 1
}

/** The pixels that the networks paint per picture of the order; those of the part, if only a part is painted. */
export function paintedPixels(order: WorkOrder): number {
  const part = order.kind === 'paint' ? order.source?.inpainting?.onlyMasked : undefined
  const { widthPx, heightPx } = part ?? order
  return widthPx * heightPx
}

/** The Base and the Refiner, of all models, that paint an order. */
export function expertsOf<Expert extends { readonly hash: string }>(
  order: WorkOrder,
  models: readonly (Expert & { readonly refiner?: Expert | undefined })[],
): Expert[] {
  if (order.kind === 'upscale') return []
  const hashes = [order.model.hash, ...(order.kind === 'paint' ? [order.refinement?.model.hash] : [])]
  const experts = models.flatMap((model): Expert[] => (model.refiner ? [model, model.refiner] : [model]))
  return experts.filter(({ hash }) => hashes.includes(hash))
}

/** The hashes of all files in the models folders that an order needs. */
export function hashesOf(order: WorkOrder): string[] {
  if (order.kind === 'upscale') return []
  const files: (FileReference | undefined)[] = [order.model, order.model.vae]
  for (const { parts } of order.prompt.embeddings ?? [])
    for (const { file, hash } of parts) files.push({ name: file, hash })
  if (order.kind === 'paint') {
    const { controls = [], imagePrompts = [], loras = [], refinement: refiner } = order
    files.push(...loras, ...[...controls, ...imagePrompts].map(({ model }) => model))
    files.push(refiner?.model, refiner?.model.vae)
  }
  return [...new Set(files.flatMap(file => file?.hash ?? []))]
}
