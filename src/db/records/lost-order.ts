/** Replacements for unreadable columns of a job, so that its end can be shown. */
import type { PaintOrder } from '../../engine/work-order.ts'
import type { StoredConversation } from '../repositories/documents.ts'
import { conversation, platform } from '../repositories/documents.ts'
import type { jobs } from '../schema/jobs.ts'

type JobRow = typeof jobs.$inferSelect

/** An order without words that is never painted. */
export function lostOrder({ modelName }: Pick<JobRow, 'modelName'>): PaintOrder {
  return {
    kind: 'paint',
    model: { name: modelName, hash: '' },
    prompt: { positive: '', negative: null, clipSkip: 0 },
    widthPx: 1024,
    heightPx: 1024,
    count: 1,
    seed: 0,
    sampling: {
      sampler: 'euler',
      sigmas: 'model',
      spacing: 'model',
      steps: 1,
      guidance: 1,
      guidanceRescale: 0,
      guidanceInterval: [0, 1],
    },
    fast: false,
  }
}

/**
 * The conversation from the job's other columns, visible to the channel's members only; undefined if the platform is unknown too.
 */
export function lostConversation(
  row: Pick<JobRow, 'platform' | 'spaceId' | 'channelId'>,
): StoredConversation | undefined {
  const known = platform.safeParse(row.platform)
  if (!known.success) return undefined
  const { spaceId, channelId } = row
  return conversation.parse({
    platform: known.data,
    spaceId,
    channelId,
    kind: 'channel',
    audience: 'channel',
  })
}
