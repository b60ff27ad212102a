/** The run of one work order in a painter: counts its steps, records its times, sends its previews. */
import { AppError, hasCode } from '../../../errors/errors.ts'
import { encodePicture } from '../../image/encode.ts'
import type { Picture } from '../../image/picture.ts'
import { encodePreview } from '../../image/preview.ts'
import type { Upscaler } from '../../image/upscale.ts'
import type { ControlNet, UNet } from '../../networks/networks.ts'
import type { Residency } from '../../onnx/memory/residency.ts'
import { countSteps } from '../../step-counts.ts'
import type { UsedWeightFile } from '../../weights/cached/used-weight-file.ts'
import {
  countOf,
  type FileReference,
  type LoraOrder,
  type ModelReference,
  type WorkOrder,
} from '../../work-order.ts'
import type { EmbeddingCache } from '../conditioning/embedding-cache.ts'
import type { EmbeddingVectors } from '../conditioning/embedding-vectors.ts'
import type { AdaptedPicture, ImagePrompter } from '../conditioning/image-prompter.ts'
import type { ControlNets } from '../denoising/control-nets.ts'
import { type LatentShape, valuesPerPicture } from '../denoising/denoise.ts'
import { latentsToRgb } from '../latents/preview.ts'
import { type LowMemoryLevel, withLowMemory } from '../low-memory.ts'
import type { CachedModel, ModelCache } from '../open/model-cache.ts'
import type { PaintedPicture, PaintHooks, PaintOutcome } from '../painter.ts'
import { parametersOfPicture } from '../picture-parameters.ts'
import type { PaintContext } from './paint-context.ts'
import { beginPicture, refinePicture, upscalePicture } from './paint-order.ts'

/** The minimum time between two previews. More would not be noticed, and a JPEG costs a millisecond. */
const previewIntervalMs = 150

/** The open parts of a painter, which its orders share. */
export interface PainterParts {
  readonly residency: Residency
  /** The low-memory level that the budget requires, from `least` on. */
  readonly levelOf: (order: WorkOrder, least: LowMemoryLevel) => LowMemoryLevel
  readonly modelCache: ModelCache
  readonly controlNets: ControlNets
  readonly prompter: ImagePrompter
  readonly embeddings: EmbeddingCache
  readonly vectors: EmbeddingVectors
  readonly upscaler: Upscaler
  readonly version: string
  readonly monotonicMs: () => number
}

export class OrderRun implements PaintContext {
  readonly sources: Readonly<Record<string, Uint8Array>>
  readonly embeddings: EmbeddingCache
  readonly vectors: EmbeddingVectors
  readonly upscaler: Upscaler
  readonly signal: AbortSignal
  readonly #parts: PainterParts
  readonly #order: WorkOrder
  readonly #hooks: PaintHooks
  readonly #lowMemoryLevel: LowMemoryLevel
  readonly #timings: Record<string, number> = {}
  /** The cache files of the models that were opened. */
  readonly #weightFiles = new Set<UsedWeightFile>()
  readonly #steps: number
  #step = 0
  /** The time of nested phases, which the outer phase excludes. */
  #innerMs = 0
  /** The model in use. */
  #modelName = ''
  #previewAtMs: number

  constructor(
    parts: PainterParts,
    order: WorkOrder,
    sources: Readonly<Record<string, Uint8Array>>,
    hooks: PaintHooks,
  ) {
    this.#parts = parts
    this.#order = order
    this.#hooks = hooks
    this.sources = sources
    this.embeddings = parts.embeddings
    this.vectors = parts.vectors
    this.upscaler = parts.upscaler
    this.signal = hooks.signal
    this.#steps = countSteps(order) || 1
    this.#previewAtMs = parts.monotonicMs()
    this.#lowMemoryLevel = parts.levelOf(order, hooks.lowMemoryLevel ?? 0)
  }

  /**
   * Paints all pictures of the order.
   * @throws AppError 'out-of-memory' when the device's memory ran out; names the low-memory level, which the budget may have raised.
   * 'weights-damaged' when damaged cache files led to values that are not finite; the files are then removed.
   */
  async paint(): Promise<PaintOutcome> {
    try {
      return await this.#paint()
    } catch (error) {
      if (hasCode(error, 'not-finite')) await this.#examineWeightFiles(error)
      if (!hasCode(error, 'out-of-memory')) throw error
      const details = { ...error.details, lowMemoryLevel: this.#lowMemoryLevel }
      throw new AppError('out-of-memory', details, error.cause ?? error)
    }
  }

  /** Examines the cache files after a result that is not finite. @throws AppError 'weights-damaged' when a cache file is the cause. */
  async #examineWeightFiles(cause: AppError): Promise<void> {
    const files: string[] = []
    for (const weightFile of this.#weightFiles) {
      // The examination reads a whole file. It takes long and is no stall.
      this.onLoading(this.#modelName)
      if (await weightFile.isDamaged()) files.push(weightFile.file)
    }
    if (files.length > 0) throw new AppError('weights-damaged', { files }, cause)
  }

  async #paint(): Promise<PaintOutcome> {
    this.#parts.residency.isAlone = this.#lowMemoryLevel === 2
    this.#parts.residency.opening = open => {
      this.onLoading(this.#modelName)
      return this.timed('load', open)
    }
    const finishers: (() => Promise<Picture>)[] = []
    for (let index = 0; index < countOf(this.#order); index++) finishers.push(await this.#begin(index))
    const pictures: PaintedPicture[] = []
    for (const [index, finish] of finishers.entries()) {
      const picture = await finish()
      pictures.push(await this.timed('file', () => this.#encode(picture, index)))
      this.signal.throwIfAborted()
    }
    return { kind: 'painted', pictures, timings: this.#timings }
  }

  /** The Base's part of all pictures runs before the Refiner's part of the first, so the networks are exchanged once. */
  async #begin(index: number): Promise<() => Promise<Picture>> {
    const order = this.#order
    switch (order.kind) {
      case 'paint':
        return beginPicture(order, index, this)
      case 'refine':
        return () => refinePicture(order, this)
      case 'upscale':
        return () => upscalePicture(order, this)
    }
  }

  async #encode(picture: Picture, index: number): Promise<PaintedPicture> {
    const order = this.#order
    const made = { version: this.#parts.version, upscaler: this.upscaler.name }
    const parameters = parametersOfPicture(order, index, this.sources, made)
    const { bytes, mediaType } = await encodePicture(picture, 'png', parameters)
    const { widthPx, heightPx } = picture
    return { bytes, mediaType, widthPx, heightPx, seed: order.kind === 'upscale' ? 0 : order.seed + index }
  }

  async model(reference: ModelReference, loras: readonly LoraOrder[] = []): Promise<CachedModel> {
    this.#modelName = reference.name
    const onLoading = (name: string) => this.onLoading(name)
    const model = await this.timed('load', () =>
      this.#parts.modelCache.open(reference, loras, onLoading, this.signal),
    )
    for (const file of model.networks.weightFiles) this.#weightFiles.add(file)
    return withLowMemory(model, this.#lowMemoryLevel)
  }

  controlNets(references: readonly FileReference[], unet: UNet): Promise<ControlNet[]> {
    const onLoading = (name: string) => this.onLoading(name)
    return this.timed('load', () => this.#parts.controlNets.open(references, unet, onLoading))
  }

  imagePrompt(adapter: FileReference, picture: Uint8Array, unet: UNet): Promise<AdaptedPicture> {
    const onLoading = (name: string) => this.onLoading(name)
    return this.timed('encode', () => this.#parts.prompter.adapt(adapter, picture, unet, onLoading))
  }

  onLoading(name: string): void {
    this.#hooks.onLoading(name)
  }

  async onSteps(
    finished: number,
    model: CachedModel,
    clean: Float32Array,
    shape: LatentShape,
  ): Promise<void> {
    this.#step += finished
    await this.#hooks.onStep(this.#step, this.#steps, await this.#preview(model, clean, shape))
  }

  /** Undefined if the last preview was too recent. */
  async #preview(
    model: CachedModel,
    clean: Float32Array,
    shape: LatentShape,
  ): Promise<Uint8Array | undefined> {
    const nowMs = this.#parts.monotonicMs()
    if (nowMs - this.#previewAtMs < previewIntervalMs) return undefined
    this.#previewAtMs = nowMs
    const { heightLatent, widthLatent } = shape
    const first = clean.subarray(0, valuesPerPicture(shape))
    const data = latentsToRgb(model.previewMatrix, first, heightLatent, widthLatent)
    return encodePreview({ widthPx: widthLatent, heightPx: heightLatent, data })
  }

  async timed<Result>(phase: string, work: () => Promise<Result>): Promise<Result> {
    const startMs = this.#parts.monotonicMs()
    const outerMs = this.#innerMs
    this.#innerMs = 0
    try {
      return await work()
    } finally {
      const ms = this.#parts.monotonicMs() - startMs
      this.#timings[phase] = (this.#timings[phase] ?? 0) + ms - this.#innerMs
      this.#innerMs = outerMs + ms
    }
  }
}
