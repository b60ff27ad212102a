/** Tries the methods of a delivery in order until one succeeds, and records each refusal at once. */
import { refusal } from '../../db/repositories/documents.ts'
import { toAppError } from '../../errors/errors.ts'
import type { Logger } from '../../system/ports.ts'
import type {
  Address,
  Closed,
  DeliveryMethod,
  DeliveryMethodName,
  MethodOutcome,
  Refusal,
} from './courier.ts'
import type { StepStorage } from './steps.ts'

export type AttemptResult =
  | { kind: 'arrived'; method: DeliveryMethodName; address: Address; refusals: Refusal[] }
  | { kind: 'later'; afterMs: number }
  | { kind: 'none'; refusals: Refusal[] }

interface AttemptContext {
  steps: StepStorage
  now: number
  log: Logger
  /** The time limit has passed, so a missing response counts as a refusal. */
  isTooLate: boolean
  /** An unexpected fault was repeated so often that it counts as a refusal. */
  isBroken: boolean
}

/**
 * Returns the first success, or the refusals of all methods. Throws a retryable fault; a fault that is repeated too often closes
 * its method.
 */
export async function tryInOrder(
  methods: readonly DeliveryMethod[],
  parts: AttemptContext,
): Promise<AttemptResult> {
  const refusals: Refusal[] = []
  for (const method of methods) {
    const before = earlierRefusal(parts.steps, method.name)
    if (before) {
      refusals.push(before)
      continue
    }
    const outcome = await attempt(method, refusals, parts)
    if (outcome.kind === 'arrived') return { ...outcome, method: method.name, refusals }
    if (outcome.kind === 'later') return outcome
    refusals.push(await recordRefusal(parts, method.name, outcome))
  }
  return { kind: 'none', refusals }
}

async function attempt(
  method: DeliveryMethod,
  refusals: readonly Refusal[],
  { log, isTooLate, isBroken }: AttemptContext,
): Promise<MethodOutcome> {
  try {
    const outcome = await method.attempt(refusals)
    return outcome.kind === 'later' && isTooLate ? silent : outcome
  } catch (error) {
    const fault = toAppError(error)
    if (fault.code === 'storage' || !(fault.retryable ? isTooLate : isBroken)) throw fault
    if (fault.retryable) return silent
    log.error({ method: method.name, error: fault.message }, 'a method of delivery failed')
    return { kind: 'closed', reason: 'unknown', code: fault.code }
  }
}

const silent: Closed = { kind: 'closed', reason: 'silent', code: 'no answer' }

/** The step that records a refusal. Databases hold the prefix. */
const nameOf = (method: DeliveryMethodName) => `way:${method}`

async function recordRefusal(
  { steps, now }: AttemptContext,
  method: DeliveryMethodName,
  closed: Closed,
): Promise<Refusal> {
  const { reason, code } = closed
  const refused: Refusal = { what: method, reason, code }
  await steps.put({ name: nameOf(method), state: 'closed', value: JSON.stringify(refused), at: now })
  return refused
}

function earlierRefusal(steps: StepStorage, method: DeliveryMethodName): Refusal | undefined {
  const step = steps.get(nameOf(method))
  return step?.state === 'closed' ? refusal.parse(JSON.parse(step.value ?? '')) : undefined
}
