/** Button handlers: under messages, in questions to one person and on the app's home. */
import { actionOf, decodeButtonId } from '../../messages/buttons.ts'
import { textMessage } from '../../messages/message.ts'
import { openPaintForm } from '../forms/form-handlers.ts'
import type { SendEphemeral } from '../outbound/ephemeral-messages.ts'
import { type Payload, render } from '../outbound/render.ts'
import { forgetMe } from './command-handlers.ts'
import { act, type HandlerContext, imagine } from './handler-context.ts'
import { confirmPrefix } from './outcome-replies.ts'
import type { RequestContext } from './request-context.ts'

/** `id` is the button's value: an action and a short id; all the rest is in the database. */
export async function handleButton(
  context: HandlerContext,
  requester: RequestContext,
  id: string,
  triggerId: string,
  sendEphemeral: SendEphemeral,
): Promise<Payload | undefined> {
  if (id === forgetMe) return forget(context, requester)
  if (id.startsWith(confirmPrefix))
    return confirm(context, requester, id.slice(confirmPrefix.length), sendEphemeral)
  const target = decodeButtonId(id)
  if (target === undefined)
    return render(textMessage(requester.words.slack.replies.unknownButton), requester.words)
  const action = actionOf(target)
  if (action === undefined) return remix(context, requester, target.targetId, triggerId)
  return (await act(context, requester, action, sendEphemeral)).payload
}

/** The same event id as the request that asked: a second yes is the same request. */
async function confirm(
  context: HandlerContext,
  requester: RequestContext,
  pendingId: string,
  sendEphemeral: SendEphemeral,
): Promise<Payload | undefined> {
  const pending = context.pending.find(pendingId)
  if (pending === undefined || pending.caller.person.userId !== requester.caller.person.userId)
    return render(textMessage(requester.words.slack.confirm.tooLate), requester.words)
  const again = { ...requester, caller: pending.caller }
  return (await imagine(context, again, pending.request, sendEphemeral, { confirmed: true })).payload
}

async function remix(
  context: HandlerContext,
  requester: RequestContext,
  pictureId: string,
  triggerId: string,
): Promise<Payload | undefined> {
  const found = context.easel.picture(pictureId)
  if (found === undefined) {
    const sentence = requester.words.problems['picture-unknown']({ id: pictureId })
    return render(textMessage(sentence), requester.words)
  }
  const { order, promptAsTyped } = found.job
  const negative = order.kind === 'upscale' ? undefined : order.prompt.negative
  return openPaintForm(context, requester, triggerId, {
    remixOf: pictureId,
    prompt: promptAsTyped,
    ...(negative ? { negative } : {}),
  })
}

async function forget(context: HandlerContext, { words, caller }: RequestContext): Promise<Payload> {
  const count = await context.easel.forget(caller.person)
  return render(textMessage(words.slack.forget.done(count)), words)
}
