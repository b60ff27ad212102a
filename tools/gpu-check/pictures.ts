/** A picture on a device, first and again, with the most memory that the card held meanwhile. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Precision } from '../../src/common/choices.ts'
import { hostOpener } from '../../src/devices/device-workers.ts'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { type PaintOrder, paintOrder } from '../../src/engine/work-order.ts'

export interface PictureResult {
  readonly firstMs: number
  readonly nextMs: number
  /** Undefined where the driver's program is not there to ask. */
  readonly peakMib: number | undefined
}

export interface PictureRequest {
  readonly sidePx: number
  readonly steps: number
  readonly withRefiner: boolean
}

/**
 * Paints one picture in a process of its own, and measures it.
 *
 * @throws as WorkerHost when the device does not start or the picture fails; the signal's reason when it is aborted.
 */
export async function checkPicture(
  model: ModelRecord,
  device: string,
  precision: Precision,
  request: PictureRequest,
  { env, signal }: { env: Readonly<Record<string, string | undefined>>; signal: AbortSignal },
): Promise<PictureResult> {
  const host = hostOpener(
    { name: device, host: 'process', threads: 0, precision },
    { models: [model], files: [], maxPixels: request.sidePx ** 2 },
    env,
  )()
  const start = await host.start()
  if (start.kind === 'failed') throw start.error
  // Inside a kernel it does not see that it should stop.
  const onAbort = () => void host.kill()
  signal.addEventListener('abort', onAbort)
  const memory = watchMemory(device)
  try {
    const paint = async () => {
      const startMs = performance.now()
      const outcome = await host.run(orderOf(model, request), {}, { signal })
      if (outcome.kind === 'failed') throw outcome.error
      signal.throwIfAborted()
      return performance.now() - startMs
    }
    const [firstMs, nextMs] = [await paint(), await paint()]
    return { firstMs, nextMs, peakMib: memory.peakMib() }
  } finally {
    memory.end()
    signal.removeEventListener('abort', onAbort)
    await host.stop()
  }
}

function orderOf({ name, hash, refiner }: ModelRecord, request: PictureRequest): PaintOrder {
  const { sidePx, steps, withRefiner } = request
  return paintOrder.parse({
    kind: 'paint',
    model: { name, hash },
    prompt: { positive: 'a lighthouse on a cliff at dawn', negative: null },
    widthPx: sidePx,
    heightPx: sidePx,
    count: 1,
    seed: 7,
    sampling: { sampler: 'euler', steps, guidance: 5 },
    ...(withRefiner &&
      refiner && {
        refinement: {
          way: 'ensemble',
          model: { name, hash: refiner.hash },
          split: 0.8,
          guidance: 5,
          aesthetic: { positive: 6, negative: 2.5 },
        },
      }),
  })
}

const askEveryMs = 200

/** Asks the driver now and then what the card holds. */
function watchMemory(device: string): { peakMib: () => number | undefined; end: () => void } {
  const [, ordinal] = /^cuda:(\d+)$/.exec(device) ?? []
  let peakMib: number | undefined
  const ask = async () => {
    const query = ['--query-gpu=memory.used', '--format=csv,noheader,nounits', `--id=${ordinal}`]
    const { stdout } = await promisify(execFile)('nvidia-smi', query)
    peakMib = Math.max(peakMib ?? 0, Number(stdout.trim()))
  }
  const timer = ordinal === undefined ? undefined : setInterval(() => void ask().catch(() => {}), askEveryMs)
  return { peakMib: () => peakMib, end: () => clearInterval(timer) }
}
