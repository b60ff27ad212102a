/** Views of jobs and pictures for tests: a finished red circle unless told otherwise. */
import type { JobView, PictureView } from '../../src/app/views/views.ts'
import { type PaintOrder, paintOrder } from '../../src/engine/work-order.ts'

export function redCircleOrder(changes: Partial<PaintOrder> = {}): PaintOrder {
  return paintOrder.parse({
    kind: 'paint',
    model: { name: 'demo', hash: 'a1b2' },
    prompt: { positive: 'a red circle on a blue background', negative: null },
    widthPx: 128,
    heightPx: 128,
    count: 1,
    seed: 7,
    sampling: { sampler: 'euler', steps: 20, guidance: 7 },
    ...changes,
  })
}

export function pictureView(changes: Partial<PictureView> = {}): PictureView {
  return {
    id: 'picture000000001',
    jobId: 'job0000000000001',
    index: 0,
    seed: 7,
    widthPx: 128,
    heightPx: 128,
    mediaType: 'image/png',
    sizeBytes: 20_000,
    hash: 'c0ffee',
    ...changes,
  }
}

export function jobView(changes: Partial<JobView> = {}): JobView {
  return {
    id: 'job0000000000001',
    state: 'done',
    author: { platform: 'web', spaceId: 'web', userId: 'ada', name: 'Ada' },
    conversation: { platform: 'web', spaceId: 'web', channelId: 'chat', kind: 'channel', audience: 'space' },
    order: redCircleOrder(),
    promptAsTyped: 'a red circle on a blue background',
    step: 20,
    steps: 20,
    pictures: [pictureView()],
    createdAt: 1_700_000_000_000,
    startedAt: 1_700_000_001_000,
    finishedAt: 1_700_000_003_000,
    device: 'cpu',
    ...changes,
  }
}
