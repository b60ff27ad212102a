/** Tries the ways of a delivery in order until one succeeds, and records each refusal at once. */
import { refusal } from '../../db/repositories/documents.ts'
import { toAppError } from '../../errors/errors.ts'
import type { Logger } from '../../system/ports.ts'
import type { Address, Closed, Refusal, Way, WayName, WayOutcome } from './courier.ts'
import type { StepStorage } from './steps.ts'

export type Taken =
  | { kind: 'arrived'; way: WayName; address: Address; refusals: Refusal[] }
  | { kind: 'later'; afterMs: number }
  | { kind: 'none'; refusals: Refusal[] }

interface WaysParts {
  steps: StepStorage
  now: number
  log: Logger
  /** The time is over: a missing response counts as a refusal. */
  isTooLate: boolean
  /** An unexpected fault was repeated so often that it counts as a refusal. */
  isBroken: boolean
}

/** Throws a retryable fault. A fault that is repeated too often closes its way. */
export async function takeFirstOpen(ways: readonly Way[], parts: WaysParts): Promise<Taken> {
  const refusals: Refusal[] = []
  for (const way of ways) {
    const before = closedBefore(parts.steps, way.name)
    if (before) {
      refusals.push(before)
      continue
    }
    const outcome = await take(way, refusals, parts)
    if (outcome.kind === 'arrived') return { ...outcome, way: way.name, refusals }
    if (outcome.kind === 'later') return outcome
    refusals.push(await remember(parts, way.name, outcome))
  }
  return { kind: 'none', refusals }
}

async function take(
  way: Way,
  refusals: readonly Refusal[],
  { log, isTooLate, isBroken }: WaysParts,
): Promise<WayOutcome> {
  try {
    const outcome = await way.take(refusals)
    return outcome.kind === 'later' && isTooLate ? silent : outcome
  } catch (error) {
    const fault = toAppError(error)
    if (fault.code === 'storage' || !(fault.retryable ? isTooLate : isBroken)) throw fault
    if (fault.retryable) return silent
    log.error({ way: way.name, error: fault.message }, 'a way of delivery failed')
    return { kind: 'closed', reason: 'unknown', code: fault.code }
  }
}

const silent: Closed = { kind: 'closed', reason: 'silent', code: 'no answer' }

const nameOf = (way: WayName) => `way:${way}`

async function remember({ steps, now }: WaysParts, way: WayName, closed: Closed): Promise<Refusal> {
  const { reason, code } = closed
  const refused: Refusal = { what: way, reason, code }
  await steps.put({ name: nameOf(way), state: 'closed', value: JSON.stringify(refused), at: now })
  return refused
}

function closedBefore(steps: StepStorage, way: WayName): Refusal | undefined {
  const step = steps.get(nameOf(way))
  return step?.state === 'closed' ? refusal.parse(JSON.parse(step.value ?? '')) : undefined
}
