/** The host of a worker on another machine: a channel host that accepts only results that match the order. */
import { ChannelHost, type ChannelHostOptions } from '../../engine/host/channel-host.ts'
import type { RunEvents, RunOutcome } from '../../engine/host/worker-host.ts'
import { mediaTypes } from '../../engine/image/files/format.ts'
import { readPngSize } from '../../engine/image/files/png-file.ts'
import { countOf, type WorkOrder } from '../../engine/work-order.ts'
import { AppError } from '../../errors/errors.ts'

/** A result of another number or size of pictures fails with 'result-unfit'. */
export class RemoteHost extends ChannelHost {
  readonly #device: string

  constructor(options: ChannelHostOptions) {
    super(options)
    this.#device = options.device
  }

  override async run(
    order: WorkOrder,
    sources: Record<string, Uint8Array>,
    events: RunEvents = {},
  ): Promise<RunOutcome> {
    const outcome = await super.run(order, sources, events)
    if (outcome.kind !== 'done') return outcome
    const expected = countAndSizes(Array.from({ length: countOf(order) }, () => order))
    const pictures = outcome.pictures.flatMap(picture => asItsFile(picture) ?? [])
    const found = pictures.length < outcome.pictures.length ? undefined : countAndSizes(pictures)
    // A result of "only masked" has the source's size, which the order does not contain.
    const isSized = order.kind !== 'paint' || order.source?.inpainting?.onlyMasked === undefined
    const fits = found !== undefined && (isSized ? found === expected : pictures.length === countOf(order))
    if (fits) return { ...outcome, pictures }
    return {
      kind: 'failed',
      error: new AppError('result-unfit', { device: this.#device, found, expected }),
    }
  }
}

/** The picture with the size and the type of its file, whatever the machine states. Undefined if the file is not a PNG. */
function asItsFile<T extends { bytes: Uint8Array }>(picture: T) {
  const size = readPngSize(picture.bytes)
  return size && { ...picture, ...size, mediaType: mediaTypes.png }
}

/** `2 × 128×128`; lists all sizes if they differ. */
function countAndSizes(pictures: readonly { widthPx: number; heightPx: number }[]): string {
  const sizes = new Set(pictures.map(({ widthPx, heightPx }) => `${widthPx}×${heightPx}`))
  return `${pictures.length} × ${[...sizes].join(', ')}`
}
