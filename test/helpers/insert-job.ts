/** A queued job in a database, as accepting a request puts it there. */
import type { Database } from '../../src/db/database.ts'
import type { QueuedJob } from '../../src/engine/jobs/job-store.ts'
import { redCircleOrder } from './job-views.ts'

/** Inside somebody's transaction. */
export function insertJob(db: Database, id: string, userId = 'ada'): QueuedJob {
  const personId = db.people.upsert({ platform: 'web', spaceId: 'web', userId, name: userId })
  const waiting = db.jobs.add({
    id,
    personId,
    conversation: { platform: 'web', spaceId: 'web', channelId: 'chat', kind: 'channel', audience: 'space' },
    eventId: `event-of-${id}`,
    eventIndex: 0,
    action: 'imagine',
    promptAsTyped: 'a red circle',
    order: redCircleOrder(),
    createdAt: 1_700_000_000_000,
  })
  db.usage.accept(id, personId, 1, 1_700_000_000_000)
  db.deliveries.add({ id, jobId: id, platform: 'web', personId })
  db.outbox.add(id, 'open', 1_700_000_000_000)
  return waiting
}
