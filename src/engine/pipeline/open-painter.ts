/** The painter of a device's worker: takes orders and returns encoded pictures. */
import { z } from 'zod'
import { type Precision, precisions } from '../../common/choices.ts'
import { isCpuName } from '../../common/device-names.ts'
import { lanczosUpscaler, type Upscaler } from '../image/upscale.ts'
import { fileRecord } from '../models/file-record.ts'
import { modelRecord } from '../models/record.ts'
import { Residency } from '../onnx/memory/residency.ts'
import { preferredPrecision, type RunInterceptor, tryDevice } from '../onnx/session.ts'
import { budgetLevel } from './budget-level.ts'
import { EmbeddingCache } from './conditioning/embedding-cache.ts'
import { EmbeddingVectors } from './conditioning/embedding-vectors.ts'
import { ImagePrompter } from './conditioning/image-prompter.ts'
import { ControlNets } from './denoising/control-nets.ts'
import { ModelCache } from './open/model-cache.ts'
import { OrderRun, type PainterParts } from './orders/order-run.ts'
import type { Painter } from './painter.ts'

/** The worker's settings, which the host sends at start. */
export const painterSetup = z.object({
  /** `cpu`, `cuda:0`, `webgpu`. */
  device: z.string(),
  /** 0: the runtime's choice. */
  threads: z.number().int().min(0),
  /** The precision of the networks; `auto`: the best for the device. */
  precision: z.enum(['auto', ...precisions]).default('auto'),
  models: z.array(modelRecord),
  /** Files that are used with the models. */
  files: z.array(fileRecord).default([]),
  /** The memory budget of the device; absent: no limit. */
  memoryBytes: z.number().positive().optional(),
  /** The largest picture that may be asked for, for which the networks leave room. */
  maxPixels: z.number().int().positive(),
  /** The program's name and version, written into every picture: "Easel 0.1.0". */
  version: z.string(),
})

/** The maximum number of encoded prompts in memory. */
const maxCachedEmbeddings = 64

/**
 * Opens the device, and returns its painter. `monotonicMs`: a monotonic clock. `interceptRun`: wraps every call of the runtime. `upscaler`: enlarges pictures.
 * `levelFor`: the low-memory level of an order.
 *
 * @example
 * const painter = await openPainter(setup, monotonicMs)
 * await painter.paint(order, sources, hooks)
 *
 * @throws AppError 'device-unusable' when the device cannot be used; this is checked before any model is read.
 */
export async function openPainter(
  setup: z.input<typeof painterSetup>,
  monotonicMs: () => number,
  interceptRun?: RunInterceptor,
  upscaler: Upscaler = lanczosUpscaler,
  levelFor = budgetLevel,
): Promise<Painter> {
  const {
    device,
    threads,
    precision: wanted,
    models,
    files,
    memoryBytes,
    maxPixels,
    version,
  } = painterSetup.parse(setup)
  if (wanted !== 'auto') await tryDevice(device, wanted)
  const precision = wanted === 'auto' ? await preferredPrecision(device) : wanted
  const residency = new Residency(device, memoryBytes)
  const options = { threads: threads || undefined, device, precision, interceptRun, residency, maxPixels }
  const parts: PainterParts = {
    residency,
    levelOf: (order, least) => levelFor(order, { models, files }, { device, precision, memoryBytes }, least),
    modelCache: new ModelCache(models, files, options),
    controlNets: new ControlNets(files, options),
    prompter: new ImagePrompter(files, options),
    embeddings: new EmbeddingCache(maxCachedEmbeddings),
    vectors: new EmbeddingVectors(files),
    upscaler,
    version,
    monotonicMs,
  }
  return {
    device: describe(device, threads, precision),
    paint(order, sources, hooks) {
      return new OrderRun(parts, order, sources, hooks).paint()
    },
    async close() {
      await parts.controlNets.close()
      await parts.modelCache.close()
    },
  }
}

/** `cpu, 2 threads`, `cuda:0, float16`. A CPU's precision is omitted. */
function describe(device: string, threads: number, precision: Precision): string {
  const ofThreads = threads > 0 ? [`${threads} ${threads === 1 ? 'thread' : 'threads'}`] : []
  const isUsual = isCpuName(device) && precision === 'float32'
  return [device, ...ofThreads, ...(isUsual ? [] : [precision])].join(', ')
}
