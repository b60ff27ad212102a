/** Presses of buttons: under results, and in questions to one person. */
import type { ButtonInteraction } from 'discord.js'
import { problem } from '../../../app/problems.ts'
import { actionOf } from '../../messages/buttons.ts'
import { textMessage } from '../../messages/message.ts'
import { answer, attempt, type Said } from './reply.ts'
import { type Asker, tokenLifeMs } from './request-context.ts'
import { parseCustomId } from '../outbound/custom-id.ts'
import { act, type Desk, imagine } from './handler-context.ts'
import { openRemix } from '../forms/form-handlers.ts'
import { refusal } from './outcome-replies.ts'
import type { PendingRequest } from './pending-requests.ts'
import { render } from '../outbound/render.ts'
import { forget } from './command-handlers.ts'

/** All state is in the database: a button needs its id and nothing else. */
export async function press(desk: Desk, asker: Asker, button: ButtonInteraction): Promise<void> {
  const { log } = desk
  const { words } = asker
  const parts = { words, log }
  const id = parseCustomId(button.customId)
  if (id?.kind === 'own' && id.action === 'forget')
    return answer(button, 'over', parts, () => forget(desk, asker))
  if (id?.kind === 'own' && id.action === 'confirm') return confirm(desk, asker, button, id.id ?? '')
  if (id?.kind !== 'button') {
    return answer(button, 'quiet', parts, async () =>
      render(textMessage(words.discord.said.unknownButton), words),
    )
  }
  const action = actionOf(id.target)
  if (action?.kind === 'delete') return pressedDelete(desk, asker, button, action.jobId)
  if (action !== undefined) return answer(button, 'quiet', parts, () => act(desk, asker, action))
  await attempt(log, () => openRemix(desk, asker, button, id.target.targetId))
}

/** Where only answers are possible, the message of an old one can be taken away by this press's token alone. */
async function pressedDelete(
  desk: Desk,
  asker: Asker,
  button: ButtonInteraction,
  jobId: string,
): Promise<void> {
  const { log, easel, clock } = desk
  await answer(button, 'quiet', { words: asker.words, log }, () =>
    act(desk, asker, { kind: 'delete', jobId }),
  )
  const isOld = clock.now() - button.message.createdTimestamp > tokenLifeMs
  if (asker.answersOnly && isOld && easel.job(jobId) === undefined)
    await attempt(log, () => button.deleteReply())
}

/** Answered over the question, which in some places others see too: theirs it is not. */
function confirm(desk: Desk, asker: Asker, button: ButtonInteraction, pendingId: string): Promise<void> {
  const { words, caller } = asker
  const parts = { words, log: desk.log }
  const pending = desk.requests.find(pendingId)
  if (pending === undefined) {
    const { tooLate } = words.discord.confirm
    return answer(button, 'over', parts, async () => render(textMessage(tooLate), words))
  }
  return pending.userId === caller.person.userId
    ? answer(button, 'over', parts, () => confirmed(desk, asker, pending))
    : answer(button, 'quiet', parts, async () => refusal([problem('not-yours', {})], words))
}

/** The same event as the request that asked: a second yes is the same request. */
async function confirmed(desk: Desk, asker: Asker, { request, eventId }: PendingRequest): Promise<Said> {
  const { words, caller } = asker
  const again = { ...asker, caller: { ...caller, eventId } }
  const refused = await imagine(desk, again, request, '', { confirmed: true })
  return refused ?? render(textMessage(words.discord.said.accepted), words)
}
