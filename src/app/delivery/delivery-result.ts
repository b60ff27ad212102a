/** Reads the recorded result of a delivery. */
import type { DeliveryRecord } from '../../db/repositories/deliveries/deliveries.ts'
import type { DeliveryResult } from './courier.ts'

/** Undefined while it is in progress, or if the job was removed meanwhile. */
export function resultOf({
  end,
  method,
  refusals,
}: Pick<DeliveryRecord, 'end' | 'method' | 'refusals'>): DeliveryResult | undefined {
  if (end === 'undeliverable') return { kind: 'undeliverable', refusals }
  return end === 'arrived' ? { kind: 'arrived', method: method ?? 'edit', refusals } : undefined
}
