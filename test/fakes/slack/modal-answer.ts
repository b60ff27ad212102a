/** What the answer to a submitted modal does, as Slack reads it. */
import { z } from 'zod'
import type { Delivered } from './transport.ts'

export type ModalAnswer =
  | { kind: 'closed' }
  /** Messages beside fields, by block id; the modal stays open. */
  | { kind: 'errors'; errors: Record<string, string> }
  | { kind: 'updated'; view: unknown }
  /** "We had some trouble connecting": no answer in time. */
  | { kind: 'trouble'; delivered: Delivered }

const body = z.union([
  z.undefined(),
  z.null(),
  z.literal(''),
  z.strictObject({}),
  z.strictObject({ response_action: z.literal('clear') }),
  z.strictObject({
    response_action: z.literal('errors'),
    errors: z.record(z.string(), z.string().min(1).max(2000)),
  }),
  z.strictObject({ response_action: z.enum(['update', 'push']), view: z.unknown() }),
])

export function modalAnswer(delivered: Delivered): ModalAnswer {
  if (delivered.kind !== 'acked') return { kind: 'trouble', delivered }
  const answer = body.parse(delivered.body)
  if (answer === undefined || answer === null || answer === '' || !('response_action' in answer))
    return { kind: 'closed' }
  if (answer.response_action === 'errors') return { kind: 'errors', errors: answer.errors }
  return answer.response_action === 'clear' ? { kind: 'closed' } : { kind: 'updated', view: answer.view }
}
