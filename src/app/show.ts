/** A past result brought to another conversation: whoever brings it lets those see it who read there. */
import type { ShowOutcome } from './easel.ts'
import type { AppParts } from './parts.ts'
import type { Caller } from './people.ts'
import { problem } from './problems.ts'
import { isOpenThere, visibleJob, visiblePicture } from './visible.ts'

export async function show({ db, views }: AppParts, id: string, caller: Caller): Promise<ShowOutcome> {
  const job = visibleJob(db, caller, id) ?? visiblePicture(db, caller, id)?.job
  if (!job) return { kind: 'refused', problems: [problem('picture-unknown', { id })] }
  const there = caller.conversation
  if (!isOpenThere(db, job.id, there)) {
    await db.write(() => db.jobPlaces.add(job.id, there))
  }
  return { kind: 'shown', job: views.ofRecord(job) }
}
