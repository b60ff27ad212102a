/** The result of a delivery as it was recorded. */
import type { DeliveryRecord } from '../../db/repositories/deliveries.ts'
import type { DeliveryResult } from './courier.ts'

/** Undefined where it is under way, or the job was removed in the meantime. */
export function resultOf({
  end,
  way,
  refusals,
}: Pick<DeliveryRecord, 'end' | 'way' | 'refusals'>): DeliveryResult | undefined {
  if (end === 'undeliverable') return { kind: 'undeliverable', refusals }
  return end === 'arrived' ? { kind: 'arrived', way: way ?? 'edit', refusals } : undefined
}
