/** Maps the error codes of a platform to refusals, by the platform's table of codes. Pure. */
import type { Closed, RefusalReason } from '../../app/delivery/courier.ts'

type CallOutcome<Code> = { kind: 'done' } | { kind: 'refused'; code: Code }

export interface RefusalRules<Code> {
  reasonOf(code: Code): RefusalReason
  closedBy(refused: { code: Code }): Closed
  refusalOf(called: CallOutcome<Code>): Closed | undefined
  /** A missing object counts as deleted. */
  removalRefusalOf(called: CallOutcome<Code>): Closed | undefined
}

/** `reasons`: the reason of each known error code. */
export function refusalRules<Code extends string | number>(
  reasons: ReadonlyMap<Code, RefusalReason>,
): RefusalRules<Code> {
  const reasonOf = (code: Code) => reasons.get(code) ?? 'unknown'
  const closedBy = ({ code }: { code: Code }): Closed => ({
    kind: 'closed',
    reason: reasonOf(code),
    code: String(code),
  })
  const refusalOf = (called: CallOutcome<Code>) => (called.kind === 'refused' ? closedBy(called) : undefined)
  const removalRefusalOf = (called: CallOutcome<Code>) => {
    const refused = refusalOf(called)
    return refused?.reason === 'deleted' ? undefined : refused
  }
  return { reasonOf, closedBy, refusalOf, removalRefusalOf }
}
