/** Assembles the U-Net's conditioning: prompts and sizes, once for all calls of a run. */
import { joinValues } from '../join-values.ts'
import type { Embedding } from './prompt-embedding.ts'

/** SDXL's size conditioning in pixels, each as [vertical, horizontal]. */
export interface SizeConditioning {
  /** The size of the picture before it was cropped for training. */
  readonly original: readonly [heightPx: number, widthPx: number]
  /** The position of the crop. */
  readonly crop: readonly [topPx: number, leftPx: number]
  readonly target: readonly [heightPx: number, widthPx: number]
}

/** The size conditioning of a picture that was not cropped. */
export function sizeOf(heightPx: number, widthPx: number): SizeConditioning {
  return { original: [heightPx, widthPx], crop: [0, 0], target: [heightPx, widthPx] }
}

/** The time ids of the Base: original, crop, target. Those of the Refiner: original, crop, aesthetic score. */
export function timeIds(size: SizeConditioning, aestheticScore?: number): number[] {
  const { original, crop, target } = size
  return [...original, ...crop, ...(aestheticScore === undefined ? target : [aestheticScore])]
}

/** The positive or the negative conditioning of one picture. */
export interface PictureConditioning {
  readonly embedding: Embedding
  readonly timeIds: readonly number[]
}

/** Rows of U-Net input. */
export interface ConditioningRows {
  readonly rows: number
  readonly tokens: number
  /** [rows, tokens, width] */
  readonly context: Float32Array
  /** [rows, projectionSize] */
  readonly pooled: Float32Array
  /** [rows, 5 or 6] */
  readonly timeIds: Float32Array
}

/** The conditioning of one step. */
export interface Conditioning {
  /** Only the positive prompts, a row per picture. */
  readonly positive: ConditioningRows
  /** Negative rows, then positive rows: the input of a guided call. Absent if guidance is off. */
  readonly guided?: ConditioningRows
}

/** The conditioning of each step, counted from 1: prompts may change on the way. */
export type ConditioningAt = (step: number) => Conditioning

/** The same at every step. */
export function always(conditioning: Conditioning): ConditioningAt {
  return () => conditioning
}

/** `ranges` in ascending order. Steps beyond the last entry use the last entry. */
export function conditioningBySteps(
  ranges: readonly { lastStep: number; conditioning: Conditioning }[],
): ConditioningAt {
  const last = ranges.at(-1)
  if (!last) throw new RangeError('there is no conditioning')
  return step => (ranges.find(({ lastStep }) => step <= lastStep) ?? last).conditioning
}

/**
 * Lays out a batch: one entry per picture.
 * `interleavedTimeIds`: the reference's text to image orders its time ids as negative, positive, negative, positive …,
 * while the rest of the batch is all negatives, then all positives. It matters only if the two differ.
 */
export function layOutConditioning(
  positive: readonly PictureConditioning[],
  negative: readonly PictureConditioning[] | undefined,
  interleavedTimeIds = false,
): Conditioning {
  const plain = layOutRows(positive)
  if (!negative) return { positive: plain }
  const guided = layOutRows([...negative, ...positive])
  if (!interleavedTimeIds) return { positive: plain, guided }
  const ids = positive.flatMap((picture, i) => [...(negative[i]?.timeIds ?? []), ...picture.timeIds])
  return { positive: plain, guided: { ...guided, timeIds: Float32Array.from(ids) } }
}

function layOutRows(pictures: readonly PictureConditioning[]): ConditioningRows {
  return {
    rows: pictures.length,
    tokens: pictures[0]?.embedding.tokens ?? 0,
    context: joinValues(pictures.map(({ embedding }) => embedding.context)),
    pooled: joinValues(pictures.map(({ embedding }) => embedding.pooled)),
    timeIds: Float32Array.from(pictures.flatMap(one => one.timeIds)),
  }
}
