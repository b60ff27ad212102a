/** What the answer to a submitted modal does, as Slack reads it. */
import { z } from 'zod'
import { replaceContent } from '../methods/views.ts'
import type { Delivered } from '../transport/transport.ts'
import type { OpenView, World } from '../world.ts'
import { checkView } from './block-kit.ts'

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

/** Closes the view, puts messages beside its fields or replaces it, as the answer says; throws where no client could. */
export function answerModal(view: OpenView, delivered: Delivered, world: World): ModalAnswer {
  const answer = modalAnswer(delivered)
  if (answer.kind === 'closed') view.closed = true
  if (answer.kind === 'errors')
    for (const id of Object.keys(answer.errors))
      if (!view.content.blocks.some(block => block.type === 'input' && block.block_id === id))
        throw new Error(`an error beside “${id}”, which is no field of the form`)
  if (answer.kind === 'updated') {
    const checked = checkView(answer.view)
    if (checked.kind === 'bad') throw new Error(`bad view in an answer: ${checked.messages.join('; ')}`)
    replaceContent(view, checked.value, world.id('H'))
  }
  return answer
}

function modalAnswer(delivered: Delivered): ModalAnswer {
  if (delivered.kind !== 'acked') return { kind: 'trouble', delivered }
  const answer = body.parse(delivered.body)
  if (answer === undefined || answer === null || answer === '' || !('response_action' in answer))
    return { kind: 'closed' }
  if (answer.response_action === 'errors') return { kind: 'errors', errors: answer.errors }
  return answer.response_action === 'clear' ? { kind: 'closed' } : { kind: 'updated', view: answer.view }
}
