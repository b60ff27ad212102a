/** The context of painting: sources, hooks, and the steps that all orders share, such as decoding. */
import { AppError } from '../../../errors/errors.ts'
import { decodeStoredMask, decodeStoredPicture } from '../../image/decode.ts'
import { type Picture, pictureFromFloats } from '../../image/picture.ts'
import type { Upscaler } from '../../image/upscale.ts'
import type { ControlNet, UNet } from '../../networks/networks.ts'
import type { FileReference, LoraOrder, ModelReference, PaintOrder, RefineOrder } from '../../work-order.ts'
import type { EmbeddingCache } from '../conditioning/embedding-cache.ts'
import type { EmbeddingVectors } from '../conditioning/embedding-vectors.ts'
import type { AdaptedPicture } from '../conditioning/image-prompter.ts'
import type { LatentShape, RunHooks } from '../denoising/denoise.ts'
import { decodeLatents, encodePixels, type Posterior } from '../latents/latents.ts'
import type { CachedModel } from '../open/model-cache.ts'
import { type Canvas, maskedCanvas, plainCanvas, type SizePx } from './canvas.ts'

export interface PaintContext {
  /** Prompts that were encoded lately. */
  readonly embeddings: EmbeddingCache
  /** What prompts name in place of words. */
  readonly vectors: EmbeddingVectors
  readonly upscaler: Upscaler
  /** With the LoRAs in its weights, and no others. */
  model(reference: ModelReference, loras?: readonly LoraOrder[]): Promise<CachedModel>
  /** Of all that the order names, so that others may go. @throws AppError 'model-config' when one does not match the U-Net. */
  controlNets(references: readonly FileReference[], unet: UNet): Promise<ControlNet[]>
  /** A picture, as a file, as a prompt of the U-Net. @throws AppError 'model-config' when the adapter does not match it. */
  imagePrompt(adapter: FileReference, picture: Uint8Array, unet: UNet): Promise<AdaptedPicture>
  /** Weights of that model are about to be read. */
  onLoading(name: string): void
  /** Bytes of the pictures that the order names, by id. */
  readonly sources: Readonly<Record<string, Uint8Array>>
  readonly signal: AbortSignal
  /** After each step; `clean` are one picture's predicted latents. */
  onStep(model: CachedModel, clean: Float32Array, shape: LatentShape): Promise<void>
  /** Runs a phase and books its time under that name, less that of phases within it. */
  timed<Result>(phase: string, work: () => Promise<Result>): Promise<Result>
}

/** What is painted of the order's picture, with its source and mask at that size. */
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

export function bytesOf(id: string, context: PaintContext): Uint8Array {
  const bytes = context.sources[id]
  if (bytes) return bytes
  throw new AppError('internal', { problem: `the bytes of source ${id} are not beside its order` })
}

export function shapeOf({ widthPx, heightPx }: SizePx, pxPerLatent: number): LatentShape {
  return { pictures: 1, heightLatent: heightPx / pxPerLatent, widthLatent: widthPx / pxPerLatent }
}

/** Steps that run of so many at a strength. */
export function stepsAt(strength: number, steps: number): number {
  return Math.min(Math.trunc(steps * strength), steps)
}

/** Tells steps, not calls: some samplers call the U-Net twice a step. */
export function hooksOf(
  model: CachedModel,
  shape: LatentShape,
  steps: number,
  context: PaintContext,
): RunHooks {
  return {
    signal: context.signal,
    onStep: async (done, total, clean) => {
      const stepAfter = (calls: number) => Math.round((calls * steps) / total)
      if (stepAfter(done) > stepAfter(done - 1)) await context.onStep(model, clean, shape)
    },
  }
}

export async function decode(
  { networks: { vae } }: CachedModel,
  latents: Float32Array,
  size: SizePx,
  context: PaintContext,
): Promise<Picture> {
  const pixels = await context.timed('decode', () => decodeLatents(vae, latents, shapeOf(size, vae.factor)))
  return pictureFromFloats(pixels, size.widthPx, size.heightPx)
}

/** pixels: [3, H, W] in -1..1. */
export function encode(
  { networks: { vae } }: CachedModel,
  pixels: Float32Array,
  { widthPx, heightPx }: SizePx,
  context: PaintContext,
): Promise<Posterior> {
  return context.timed('encode', () => encodePixels(vae, pixels, heightPx, widthPx))
}
