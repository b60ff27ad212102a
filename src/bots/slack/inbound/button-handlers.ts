/** Presses of buttons, under messages, in questions to one person and on the home. */
import { actionOf, decodeButtonId } from '../../messages/buttons.ts'
import { textMessage } from '../../messages/message.ts'
import type { Asker } from './request-context.ts'
import { forgetMe } from './command-handlers.ts'
import { act, type Desk, imagine } from './handler-context.ts'
import { openPaintForm } from '../forms/form-handlers.ts'
import { confirmPrefix } from './outcome-replies.ts'
import { type Payload, render } from '../outbound/render.ts'
import type { Whisper } from '../outbound/ephemeral-messages.ts'

/** `id` is the button's value: an action and a short id; all the rest is in the database. */
export async function press(
  desk: Desk,
  asker: Asker,
  id: string,
  triggerId: string,
  whisper: Whisper,
): Promise<Payload | undefined> {
  if (id === forgetMe) return forget(desk, asker)
  if (id.startsWith(confirmPrefix)) return confirm(desk, asker, id.slice(confirmPrefix.length), whisper)
  const target = decodeButtonId(id)
  if (target === undefined) return render(textMessage(asker.words.slack.said.unknownButton), asker.words)
  const action = actionOf(target)
  if (action === undefined) return remix(desk, asker, target.targetId, triggerId)
  return (await act(desk, asker, action, whisper)).payload
}

/** The same event id as the request that asked: a second yes is the same request. */
async function confirm(
  desk: Desk,
  asker: Asker,
  pendingId: string,
  whisper: Whisper,
): Promise<Payload | undefined> {
  const pending = desk.pending.find(pendingId)
  if (pending === undefined || pending.caller.person.userId !== asker.caller.person.userId)
    return render(textMessage(asker.words.slack.confirm.tooLate), asker.words)
  const again = { ...asker, caller: pending.caller }
  return (await imagine(desk, again, pending.request, whisper, { confirmed: true })).payload
}

async function remix(
  desk: Desk,
  asker: Asker,
  pictureId: string,
  triggerId: string,
): Promise<Payload | undefined> {
  const found = desk.easel.picture(pictureId)
  if (found === undefined) {
    const sentence = asker.words.problems['picture-unknown']({ id: pictureId })
    return render(textMessage(sentence), asker.words)
  }
  const { order, promptAsTyped } = found.job
  const negative = order.kind === 'upscale' ? undefined : order.prompt.negative
  return openPaintForm(desk, asker, triggerId, {
    remixOf: pictureId,
    prompt: promptAsTyped,
    ...(negative ? { negative } : {}),
  })
}

async function forget(desk: Desk, { words, caller }: Asker): Promise<Payload> {
  const count = await desk.easel.forget(caller.person)
  return render(textMessage(words.slack.forget.done(count)), words)
}
