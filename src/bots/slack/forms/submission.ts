/** Replies to submitted forms: errors beside the fields of an open form, otherwise a message that returns what was typed. */
import { faultMessage } from '../../chat/fault-message.ts'
import { promptField } from '../../chat/paint-form.ts'
import { textMessage } from '../../messages/message.ts'
import type { HandlerContext } from '../inbound/handler-context.ts'
import { replyInTime } from '../inbound/reply.ts'
import type { RequestContext } from '../inbound/request-context.ts'
import { withTypedText } from '../inbound/returned-text.ts'
import type { Reply, SendEphemeral } from '../outbound/ephemeral-messages.ts'
import { render } from '../outbound/render.ts'

/** The outcome of a submission: errors by field, or a reply elsewhere. */
export type Submitted =
  | { kind: 'wrong'; errors: Record<string, string> }
  | { kind: 'closed'; payload?: Reply }

export type FormAck = (answer?: {
  response_action: 'errors'
  errors: Record<string, string>
}) => Promise<void>

export interface SubmittedForm {
  blocks: readonly { block_id?: string }[]
  /** The filled fields as text. */
  typed: string
  ack: FormAck
  followUp: SendEphemeral
}

/**
 * A form stays open with everything in it if something is wrong. Slack closes it with the acknowledgement, so work that
 * takes longer has its errors and the typed text in a message.
 */
export async function replyToSubmission(
  context: HandlerContext,
  { words }: RequestContext,
  { blocks, typed, ack, followUp }: SubmittedForm,
  work: () => Promise<Submitted>,
): Promise<void> {
  let submitted: Submitted | undefined
  let isOpen = true
  const inForm = async () => {
    submitted = await work().catch((error: unknown) => ({
      kind: 'wrong' as const,
      errors: { [promptField]: faultMessage(error, words, context.log).title },
    }))
    if (submitted.kind === 'closed') return submitted.payload
    if (isOpen) return undefined
    const [first = '', ...more] = Object.values(submitted.errors)
    return withTypedText(render(textMessage(first, more), words), typed, followUp, words)
  }
  const acknowledge = () => {
    isOpen = false
    return submitted?.kind === 'wrong'
      ? ack({ response_action: 'errors', errors: besideFields(submitted.errors, blocks) })
      : ack()
  }
  await replyInTime({ ...context, words, ack: acknowledge, ackShows: false, followUp }, inForm())
}

/** Slack shows errors only beside existing fields. Errors without a field go to the first one. */
function besideFields(
  errors: Record<string, string>,
  blocks: readonly { block_id?: string }[],
): Record<string, string> {
  const ids = blocks.map(block => block.block_id)
  const placed: Record<string, string> = {}
  for (const [id, sentence] of Object.entries(errors)) {
    const field = ids.includes(id) ? id : (ids[0] ?? id)
    placed[field] = placed[field] === undefined ? sentence : `${placed[field]} ${sentence}`
  }
  return placed
}
