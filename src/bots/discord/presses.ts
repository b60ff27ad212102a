/** Presses of buttons: under results, and in questions to one person. */
import type { ButtonInteraction } from 'discord.js'
import { actionOf } from '../buttons.ts'
import { textMessage } from '../message.ts'
import { answer, attempt, type Said } from './answering.ts'
import { type Asker, tokenLifeMs } from './callers.ts'
import { parseCustomId } from './custom-id.ts'
import { act, type Desk, imagine } from './desk.ts'
import { openRemix } from './forms.ts'
import { render } from './render.ts'
import { forget } from './small-commands.ts'

/** All state is in the database: a button needs its id and nothing else. */
export async function press(desk: Desk, asker: Asker, button: ButtonInteraction): Promise<void> {
  const { log } = desk
  const { words } = asker
  const parts = { words, log }
  const id = parseCustomId(button.customId)
  if (id?.kind === 'own' && id.action === 'forget')
    return answer(button, 'over', parts, () => forget(desk, asker))
  if (id?.kind === 'own' && id.action === 'confirm')
    return answer(button, 'over', parts, () => confirm(desk, asker, id.id ?? ''))
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

/** The same event as the request that asked: a second yes is the same request. */
async function confirm(desk: Desk, asker: Asker, pendingId: string): Promise<Said> {
  const { words, caller } = asker
  const { confirm: questions, said } = words.discord
  const pending = desk.requests.find(pendingId)
  if (pending === undefined || pending.userId !== caller.person.userId)
    return render(textMessage(questions.tooLate), words)
  const again = { ...asker, caller: { ...caller, eventId: pending.eventId } }
  const refused = await imagine(desk, again, pending.request, '', { confirmed: true })
  return refused ?? render(textMessage(said.accepted), words)
}
