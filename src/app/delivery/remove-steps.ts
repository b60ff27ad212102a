/** Deletes everything that a delivery created, the newest first: replies, which expire, then messages, threads and files. */
import type { Courier, CreatedKind, Delivery, Refusal, StepRecord } from './courier.ts'

const order: readonly CreatedKind[] = ['reply', 'message', 'thread', 'file']

/** Deletes the objects of all steps, and returns the refusals. It may throw a fault, after it tried every step. */
export async function removeSteps(courier: Courier, delivery: Delivery): Promise<Refusal[]> {
  const refusals: Refusal[] = []
  const faults: unknown[] = []
  for (const step of inOrder(delivery.steps.all())) {
    try {
      const outcome = await courier.remove(delivery, step)
      if (outcome.kind === 'removed') await delivery.steps.forget(step.name)
      else refusals.push({ what: step.makes ?? step.name, reason: outcome.reason, code: outcome.code })
    } catch (error) {
      faults.push(error)
    }
  }
  if (faults.length > 0) throw faults[0]
  return refusals
}

function inOrder(steps: readonly StepRecord[]): StepRecord[] {
  return order.flatMap(made => steps.filter(({ makes }) => makes === made).reverse())
}
