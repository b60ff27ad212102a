/** e2e/cases.json: a reference pipeline's arguments, with that pipeline's own defaults filled in. */
import { z } from 'zod'
import { NotYet } from '../not-yet.ts'

/** A scheduler class of the reference, with what differs from the Base's scheduler_config.json. */
export const namedScheduler = z.object({ cls: z.string(), extra: z.record(z.string(), z.unknown()) })
export type NamedScheduler = z.infer<typeof namedScheduler>

const pair = z.tuple([z.number(), z.number()])
const text = z.union([z.string(), z.array(z.string())])

const argumentsSchema = z.strictObject({
  prompt: text,
  prompt_2: text.optional(),
  negative_prompt: text.nullish(),
  negative_prompt_2: text.nullish(),
  num_images_per_prompt: z.number().default(1),
  num_inference_steps: z.number().default(50),
  timesteps: z.array(z.number()).optional(),
  sigmas: z.array(z.number()).optional(),
  guidance_scale: z.number().optional(),
  guidance_rescale: z.number().default(0),
  clip_skip: z.number().nullish(),
  height: z.number().optional(),
  width: z.number().optional(),
  original_size: pair.optional(),
  crops_coords_top_left: pair.default([0, 0]),
  target_size: pair.optional(),
  negative_original_size: pair.optional(),
  negative_crops_coords_top_left: pair.default([0, 0]),
  negative_target_size: pair.optional(),
  aesthetic_score: z.number().default(6),
  negative_aesthetic_score: z.number().default(2.5),
  eta: z.number().optional(),
  image: z.string().optional(),
  mask_image: z.string().optional(),
  strength: z.number().optional(),
  denoising_start: z.number().optional(),
  denoising_end: z.number().optional(),
  output_type: z.enum(['latent', 'pil', 'np', 'pt']).default('pil'),
})
export type Arguments = z.infer<typeof argumentsSchema>

export const e2eCaseSchema = z.object({
  name: z.string(),
  pipeline: z.enum(['txt2img', 'img2img', 'inpaint']),
  model: z.string(),
  scheduler: z.string(),
  seed: z.union([z.number(), z.array(z.number())]),
  args: z.record(z.string(), z.unknown()),
  timesteps: z.array(z.number()),
  draws_in_order: z.array(z.array(z.union([z.literal('list'), z.number()]))),
  floor_latents_f32_vs_f64: z.number(),
  loras: z.record(z.string(), z.number()).optional(),
  note: z.string().optional(),
})
export type E2eCase = z.infer<typeof e2eCaseSchema>

export const e2eSchema = z.object({
  scheduler_config: z.record(z.string(), namedScheduler),
  cases: z.array(e2eCaseSchema),
})

/** @throws NotYet naming an argument that no part of the engine stands for. */
export function parseArguments(args: Record<string, unknown>): Arguments {
  const parsed = argumentsSchema.safeParse(args)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  if (issue?.code === 'unrecognized_keys') throw new NotYet(`argument ${issue.keys.join(', ')}`)
  throw new Error(`argument ${issue?.path.join('.')}: ${issue?.message}`)
}

/** The reference's defaults that differ between its pipelines. */
export function pipelineDefaults(pipeline: E2eCase['pipeline']): { guidance: number; strength: number } {
  switch (pipeline) {
    case 'txt2img':
      return { guidance: 5, strength: 1 }
    case 'img2img':
      return { guidance: 5, strength: 0.3 }
    case 'inpaint':
      return { guidance: 7.5, strength: 0.9999 }
  }
}

/** Numbers drawn in the whole run: a list of generators draws its shape's rows one by one. */
export function valuesDrawn(one: Pick<E2eCase, 'draws_in_order'>): number {
  const size = (draw: E2eCase['draws_in_order'][number]): number =>
    draw.reduce<number>((product, side) => (side === 'list' ? product : product * side), 1)
  return one.draws_in_order.reduce((sum, draw) => sum + size(draw), 0)
}
