/** The courier of the web chat: pages are rendered from the jobs, so a delivery only notifies open browsers. */
import type { Courier, Delivery, DeliveryMethod, DeliveryMethodName } from '../../../app/delivery/courier.ts'
import { chat } from '../inbound/visitors.ts'
import type { Live } from './live.ts'

/** The address of a job is its id. */
export function webCourier(live: Live): Courier {
  const notifying = ({ job, steps }: Delivery, name: DeliveryMethodName): DeliveryMethod => ({
    name,
    async attempt() {
      live.changed(job)
      await steps.once('message', async () => ({ kind: 'done', value: job.id }), { makes: 'message' })
      return { kind: 'arrived', address: JSON.stringify({ jobId: job.id }) }
    },
  })
  return {
    platform: chat.platform,
    // An event on an open connection costs no rate limit.
    progressIntervalMs: 200,
    opensWithState: true,
    openingMethods: delivery => [notifying(delivery, 'place')],
    progress: async ({ job }) => live.changed(job),
    resultMethods: delivery => [notifying(delivery, 'edit')],
    close: async () => undefined,
    async remove({ job }) {
      live.removed(job.id)
      return { kind: 'removed' }
    },
  }
}
