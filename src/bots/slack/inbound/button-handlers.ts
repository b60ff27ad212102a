/** Button handlers, for messages, confirmations and the Home tab. */
import { decodeButtonId, meaningOf } from '../../messages/buttons.ts'
import { textMessage } from '../../messages/message.ts'
import { openPaintForm } from '../forms/form-handlers.ts'
import type { Reply, SendEphemeral } from '../outbound/ephemeral-messages.ts'
import { render } from '../outbound/render.ts'
import { act, answer, type HandlerContext, payloadOf } from './handler-context.ts'
import type { RequestContext } from './request-context.ts'

/** `id` is the button's value: an action and a short id. All other state is in the database. */
export async function handleButton(
  context: HandlerContext,
  requester: RequestContext,
  id: string,
  triggerId: string,
  sendEphemeral: SendEphemeral,
): Promise<Reply | undefined> {
  const { words } = requester
  const target = decodeButtonId(id)
  if (target === undefined) return render(textMessage(words.chat.replies.unknownButton), words)
  const meaning = meaningOf(target)
  switch (meaning.kind) {
    case 'action':
      return payloadOf(context, requester, await act(context, requester, meaning.action, sendEphemeral))
    case 'more':
      return payloadOf(context, requester, context.chat.more(requester, meaning.pictureId))
    case 'topic':
      return payloadOf(context, requester, context.chat.topic(requester, meaning.name))
    case 'answer':
      return payloadOf(context, requester, await answer(context, requester, meaning.question, sendEphemeral))
    case 'remix': {
      const remix = context.chat.remixStart(requester, meaning.pictureId)
      if (remix.kind === 'refused') return payloadOf(context, requester, remix)
      const { pictureId, prompt, negative } = remix.start
      return openPaintForm(context, requester, triggerId, { remixOf: pictureId, prompt, negative })
    }
  }
}
