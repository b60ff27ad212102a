/** Opens a modal with a trigger, which is valid once and for 3 s. */
import type { ModalView } from '@slack/types'
import { AppError } from '../../../errors/errors.ts'
import { textMessage } from '../../messages/message.ts'
import type { HandlerContext } from '../inbound/handler-context.ts'
import type { RequestContext } from '../inbound/request-context.ts'
import { type Payload, render } from '../outbound/render.ts'

const tooLate: ReadonlySet<string> = new Set(['expired_trigger_id', 'invalid_trigger_id'])

/** Returns no reply if the modal opened. */
export async function openView(
  context: HandlerContext,
  { workspace, words }: RequestContext,
  triggerId: string,
  view: ModalView,
): Promise<Payload | undefined> {
  const opened = await context.api.call(workspace.token, 'views.open', client =>
    client.views.open({ trigger_id: triggerId, view }),
  )
  // A used trigger means a redelivered command, whose form is open.
  if (opened.kind === 'done' || opened.code === 'exchanged_trigger_id') return undefined
  if (tooLate.has(opened.code)) return render(textMessage(words.slack.replies.formLate), words)
  throw new AppError('platform-refused', {
    platform: 'Slack',
    problem: { what: 'error', subject: 'views.open', code: opened.code },
  })
}
