/** The work order: everything that determines a picture's bytes. It is fixed when a job is accepted and never changes. */
import { z } from 'zod'
import { bounds } from '../common/bounds.ts'
import { numberWithin } from '../common/number-within.ts'

/** Something in the models folders by its name and the hash of its weights, so that a re-run paints the same picture. */
export const fileReference = z.object({ name: z.string(), hash: z.string() })

export const modelReference = z.object({
  ...fileReference.shape,
  /** A VAE in place of the model's own. */
  vae: fileReference.optional(),
})

/** A tensor in a file of textual inversion, by the file's name in the models folders and its hash. */
const embeddingTensor = z.object({
  file: z.string(),
  hash: z.string(),
  tensor: z.string(),
  /** Where the tensor's name says of which encoder it is. */
  encoder: z.enum(['first', 'second']).optional(),
})

/** What the text encoders get. `negative` null means none was given (zeros on the Base); '' is encoded. */
const promptText = z.object({
  positive: z.string(),
  /** For the second encoder; the positive prompt where absent. */
  positive2: z.string().optional(),
  negative: z.string().nullable(),
  /** Layers skipped from the penultimate one; 0 is SDXL's own choice. */
  clipSkip: numberWithin(bounds.clipSkip).int().default(0),
  /** The rule by which marks in the prompts are read; orders that name none are read by Easel's first. */
  syntax: z.enum(['a1111', 'comfyui', 'easel']).optional(),
  /** What the prompts call by name: for each name the tensors of its file, or of two where each encoder has its own. */
  embeddings: z.array(z.object({ name: z.string(), parts: z.array(embeddingTensor) })).optional(),
})

const sampling = z.object({
  /** A name of the sampler registry. */
  sampler: z.string(),
  /** Spread of the sigmas; `model` keeps what the model's scheduler_config.json says. */
  sigmas: z.enum(['model', 'plain', 'karras', 'exponential', 'beta']).default('model'),
  spacing: z.enum(['model', 'leading', 'trailing', 'linspace']).default('model'),
  /** A schedule of k-diffusion and the UIs by its name; it replaces sigmas and spacing. */
  schedule: z.string().optional(),
  steps: z.number().int().min(1),
  /** Classifier-free guidance scale; off at 1 and below. */
  guidance: z.number(),
  guidanceRescale: numberWithin(bounds.guidanceRescale).default(0),
  /** Fractions of the schedule between which guidance runs. */
  guidanceInterval: z.tuple([z.number(), z.number()]).default([0, 1]),
  /** Of DDIM and TCD. */
  eta: z.number().optional(),
  /** What k-diffusion's rules are told of noise: the share drawn anew, and churn. */
  noise: z
    .object({
      eta: numberWithin(bounds.eta).optional(),
      churn: z.object({ amount: z.number(), from: z.number(), to: z.number() }).optional(),
    })
    .optional(),
  /** Fixed timesteps of a model distilled to them; they replace spacing and count. */
  timesteps: z.array(z.number().int().min(0)).optional(),
})

/** Aesthetic scores that the Refiner is told, for the prompt and for the negative prompt. */
const aesthetic = z.object({ positive: z.number().default(6), negative: z.number().default(2.5) })

/** How the Refiner takes part in a new picture. */
const refinement = z.discriminatedUnion('way', [
  /** Ensemble of experts: the Base stops at `split` of the schedule, the Refiner goes on. */
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
 * How a picture under a mask comes about: what the mask keeps is pasted back pixel for pixel, and where the mask is
 * transparent it is black.
 */
const inpainting = z.object({
  /** Pixels along the edge, inside of what is painted anew, over which painted and kept are mixed. */
  softEdgePx: numberWithin(bounds.softEdge).int(),
  /** Only the part around the mask is painted, with about the pixels of this size; the result has the source's size. */
  onlyMasked: z
    .object({
      paddingPx: numberWithin(bounds.maskPadding).int(),
      widthPx: z.number().int().positive(),
      heightPx: z.number().int().positive(),
    })
    .optional(),
})

/** A stored picture by its id; the worker gets its bytes beside the order. */
const source = z.object({
  pictureId: z.string(),
  strength: numberWithin(bounds.strength),
  /** White is painted anew, black is kept. */
  maskId: z.string().optional(),
  /** Absent in orders from before it: what the mask keeps is only near to the source, and what is transparent is white. */
  inpainting: inpainting.optional(),
})

/** What can be made of a picture before a ControlNet sees it; `none` takes it as the map that it is. */
export const preprocessors = ['none', 'canny', 'tile', 'blur'] as const

/** A ControlNet with the picture that it makes the Base follow. */
const control = z.object({
  model: fileReference,
  pictureId: z.string(),
  preprocessor: z.enum(preprocessors),
  /** What its output is multiplied by. */
  scale: numberWithin(bounds.controlScale),
  /** Fractions of the schedule between which it acts. */
  start: numberWithin(bounds.controlRange),
  end: numberWithin(bounds.controlRange),
  /** Leads even without a prompt: it acts on the prompt's side of the guidance alone. */
  guess: z.boolean(),
})

/** A picture as a prompt of the Base, by an IP-Adapter. */
const imagePrompt = z.object({
  model: fileReference,
  pictureId: z.string(),
  scale: numberWithin(bounds.imagePromptScale),
})

/** A LoRA that is merged into the Base's weights, with what its changes are multiplied by. */
const lora = z.object({
  ...fileReference.shape,
  unetWeight: z.number(),
  textWeight: z.number(),
  /** sha256 of the file without its header, by which A1111 and its kin know it. */
  dataHash: z.string().optional(),
})

/** Seeds are torch's: an integer; picture i of a set uses seed + i. */
const seed = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** Text to image, or image to image where there is a source. */
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
  /** In the order in which they are merged; those that the prompt names come first. */
  loras: z.array(lora).optional(),
  refinement: refinement.optional(),
  /** Reuse of deep U-Net features between steps: faster, not the same bytes. */
  fast: z.boolean().default(false),
})

/** The Refine button: the Refiner's image to image on a finished picture. */
export const refineOrder = z.object({
  kind: z.literal('refine'),
  model: modelReference,
  prompt: promptText,
  /** Size of the result, that of the source rounded to what the Refiner can do. */
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
  seed,
  sampling,
  source,
  aesthetic,
})

export const upscaleOrder = z.object({
  kind: z.literal('upscale'),
  source: z.object({ pictureId: z.string() }),
  factor: z.union([z.literal(2), z.literal(4)]),
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
  /** The nearest order with words, so that buttons go on from it when that one's picture is gone. Paints nothing. */
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

/** The ids of all stored pictures that an order needs beside it. */
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

/** Pictures that an order makes. */
export function countOf(order: WorkOrder): number {
  return order.kind === 'paint' ? order.count : 1
}

/** Pixels that the networks paint for each picture of the order: where only a part is painted, those of that part. */
export function paintedPixels(order: WorkOrder): number {
  const part = order.kind === 'paint' ? order.source?.inpainting?.onlyMasked : undefined
  const { widthPx, heightPx } = part ?? order
  return widthPx * heightPx
}

/** The hashes of everything in the models folders that an order needs. */
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
