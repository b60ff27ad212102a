/** Delivery to the web chat: pages are rendered from the jobs themselves, so delivering is telling open browsers. */
import type { Courier } from '../../app/courier.ts'
import type { JobView } from '../../app/views.ts'
import type { Live } from './live.ts'
import { chat } from './visitors.ts'

/** The address of a placeholder is its job's id: there is nothing else to know. */
export function webCourier(live: Live): Courier {
  const tell = async (job: JobView) => {
    live.changed(job)
    return { kind: 'delivered', address: JSON.stringify({ jobId: job.id }) } as const
  }
  return {
    platform: chat.platform,
    progressIntervalMs: 200,
    open: tell,
    progress: async (_address, job) => live.changed(job),
    settle: (_address, job) => tell(job),
    async withdraw(address, job) {
      live.removed(job.id)
      return { kind: 'delivered', address }
    },
  }
}
