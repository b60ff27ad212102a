/**
 * Shows a past result in another conversation: an additional, durable delivery. It makes the job visible to the readers of
 * that conversation.
 */

import { isOpenThere, visibleJob, visiblePicture } from '../access/visible.ts'
import type { ShowOutcome } from '../easel.ts'
import type { AppParts } from '../parts.ts'
import type { Caller } from '../people/people.ts'
import { problem } from '../problems.ts'

export async function show(parts: AppParts, id: string, caller: Caller): Promise<ShowOutcome> {
  const { db, views, deliveries, ids, clock } = parts
  const { conversation, person } = caller
  const deliveryId = ids.next()
  const shown = await db.write((): ShowOutcome => {
    const job = visibleJob(db, caller, id) ?? visiblePicture(db, caller, id)?.job
    if (!job) return { kind: 'refused', problems: [problem('picture-unknown', { id })] }
    if (job.state === 'queued' || job.state === 'running')
      return { kind: 'refused', problems: [problem('not-finished', {})] }
    if (!isOpenThere(db, job.id, conversation)) db.jobPlaces.add(job.id, conversation)
    const personId = db.people.upsert(person)
    const { platform } = conversation
    db.deliveries.add({ id: deliveryId, jobId: job.id, platform, personId, conversation })
    db.outbox.add(deliveryId, 'settle', clock.now())
    return { kind: 'shown', job: views.ofRecord(job), deliveryId }
  })
  if (shown.kind === 'shown') deliveries.wake(deliveryId)
  return shown
}
