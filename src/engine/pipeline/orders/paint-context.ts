/** The context of painting: sources, hooks, and the steps that all orders share, such as decoding. */
import { AppError } from '../../../errors/errors.ts'
import { decodeStoredMask, decodeStoredPicture } from '../../image/decode.ts'
import { type Picture, pictureFromFloats, type SizePx } from '../../image/picture.ts'
import type { Upscaler } from '../../image/upscale.ts'
import type { ControlNet, UNet } from '../../networks/networks.ts'
import type { FileReference, LoraOrder, ModelReference, PaintOrder, RefineOrder } from '../../work-order.ts'
import type { EmbeddingCache } from '../conditioning/embedding-cache.ts'
import type { EmbeddingVectors } from '../conditioning/embedding-vectors.ts'
import type { AdaptedPicture } from '../conditioning/image-prompter.ts'
import type { LatentShape, RunHooks } from '../denoising/denoise.ts'
import { decodeLatents, encodePixels, type Posterior } from '../latents/latents.ts'
import type { CachedModel } from '../open/model-cache.ts'
import { type Canvas, maskedCanvas, plainCanvas } from './canvas.ts'

/** The run of an order, as the algorithms use it. */
export interface PaintContext {
  /** The cache of encoded prompts. */
  readonly embeddings: EmbeddingCache
  /** The vectors of the embeddings in prompts. */
  readonly vectors: EmbeddingVectors
  readonly upscaler: Upscaler
  /** Opens a model with exactly the order's LoRAs merged. */
  model(reference: ModelReference, loras?: readonly LoraOrder[]): Promise<CachedModel>
  /** Opens the order's ControlNets and closes others. @throws AppError 'model-config' when one does not match the U-Net. */
  controlNets(references: readonly FileReference[], unet: UNet): Promise<ControlNet[]>
  /** Encodes a picture file as a prompt. @throws AppError 'model-config' when the adapter does not match the U-Net. */
  imagePrompt(adapter: FileReference, picture: Uint8Array, unet: UNet): Promise<AdaptedPicture>
  /** Called before the weights of a model are read. */
  onLoading(name: string): void
  /** The bytes of the order's pictures, by id. */
  readonly sources: Readonly<Record<string, Uint8Array>>
  readonly signal: AbortSignal
  /** Called after each model call that finishes steps. `clean`: one picture's predicted latents. */
  onSteps(finished: number, model: CachedModel, clean: Float32Array, shape: LatentShape): Promise<void>
  /** Runs a phase and records its time under that name, without the time of nested phases. */
  timed<Result>(phase: string, work: () => Promise<Result>): Promise<Result>
}

/** The canvas of the order's picture, with source and mask at its size. */
export async function canvasOf(
  order: PaintOrder | RefineOrder,
  pxPerLatent: number,
  context: PaintContext,
): Promise<Canvas> {
  const { source } = order
  if (!source) return plainCanvas(order)
  const picture = await decodeStoredPicture(bytesOf(source.pictureId, context))
  if (source.maskId === undefined) return plainCanvas(order, picture)
  const bytes = bytesOf(source.maskId, context)
  const mask = source.inpainting ? await decodeStoredMask(bytes) : await decodeStoredPicture(bytes)
  return maskedCanvas(order, picture, mask, source.inpainting, pxPerLatent)
}

/** The bytes of one of the order's pictures. */
export function bytesOf(id: string, context: PaintContext): Uint8Array {
  const bytes = context.sources[id]
  if (bytes) return bytes
  throw new AppError('internal', { problem: `the order came without the bytes of source ${id}` })
}

/** The latents of one picture of that size. */
export function shapeOf({ widthPx, heightPx }: SizePx, pxPerLatent: number): LatentShape {
  return { pictures: 1, heightLatent: heightPx / pxPerLatent, widthLatent: widthPx / pxPerLatent }
}

/**
 * Reports the order's steps and not model calls: some samplers call the U-Net twice per step, and some schedules have more
 * or fewer steps than an order. steps: the order's, as countSteps counts them.
 */
export function hooksOf(
  model: CachedModel,
  shape: LatentShape,
  steps: number,
  context: PaintContext,
): RunHooks {
  return {
    signal: context.signal,
    onStep: async (done, total, clean) => {
      const finished = stepsFinished(done, total, steps)
      if (finished > 0) await context.onSteps(finished, model, clean, shape)
    },
  }
}

/** The number of `steps` that are finished after model call `done` of `total`. */
export function stepsFinished(done: number, total: number, steps: number): number {
  const stepAfter = (calls: number) => Math.round((calls * steps) / total)
  return stepAfter(done) - stepAfter(done - 1)
}

/** Decodes one picture's latents, and records the time. @throws as decodeLatents. */
export async function decode(
  { networks: { vae } }: CachedModel,
  latents: Float32Array,
  size: SizePx,
  context: PaintContext,
): Promise<Picture> {
  const pixels = await context.timed('decode', () => decodeLatents(vae, latents, shapeOf(size, vae.factor)))
  return pictureFromFloats(pixels, size.widthPx, size.heightPx)
}

/** Encodes pixels, [3, H, W] in -1..1, and records the time. @throws as encodePixels. */
export function encode(
  { networks: { vae } }: CachedModel,
  pixels: Float32Array,
  { widthPx, heightPx }: SizePx,
  context: PaintContext,
): Promise<Posterior> {
  return context.timed('encode', () => encodePixels(vae, pixels, heightPx, widthPx))
}
