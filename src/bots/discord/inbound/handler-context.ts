/** What every handler of this adapter works with, and the calls of app/ that they share. */
import type { ActOutcome, Easel } from '../../../app/easel.ts'
import type { Action, ImagineRequest } from '../../../app/requests.ts'
import type { Config } from '../../../config.ts'
import type { Clock, Ids, Logger } from '../../../ports.ts'
import type { Words } from '../../../words/en.ts'
import { textMessage } from '../../messages/message.ts'
import type { Said } from './reply.ts'
import type { Asker } from './request-context.ts'
import type { DiscordCourier } from '../outbound/courier.ts'
import type { Downloads } from './downloads.ts'
import type { Openings } from '../outbound/first-message-tracker.ts'
import { outcomeSaying } from './outcome-replies.ts'
import type { Pending, PendingRequest, PendingSource } from './pending-requests.ts'
import { render } from '../outbound/render.ts'

/** How long a request may be without any message. */
const patienceMs = 1500

export interface Desk {
  easel: Easel
  config: Config
  clock: Clock
  ids: Ids
  log: Logger
  courier: DiscordCourier
  openings: Openings
  downloads: Downloads
  requests: Pending<PendingRequest>
  sources: Pending<PendingSource>
}

/** `typed` is what is given back where the request is refused, so that nobody writes it again. */
export async function imagine(
  desk: Desk,
  asker: Asker,
  request: ImagineRequest,
  typed: string,
  options?: { confirmed: boolean },
): Promise<Said> {
  const { caller, words } = asker
  const outcome = await desk.easel.imagine(request, caller, options)
  const pendingId = desk.ids.next()
  if (outcome.kind === 'confirm') {
    const { eventId, person } = caller
    desk.requests.add(pendingId, { request, eventId, userId: person.userId })
  }
  return outcomeSaying(outcome, words, { pendingId, typed }) ?? heard(desk, outcome, words)
}

/** Nobody should wonder whether they were heard: where many wait for messages, theirs comes later. */
async function heard({ openings }: Desk, outcome: ActOutcome, words: Words): Promise<Said> {
  const [job] = outcome.kind === 'accepted' ? outcome.jobs : []
  if (job === undefined || (await openings.within(patienceMs, job.id))) return undefined
  return { ...render(textMessage(words.discord.said.accepted), words), beside: true }
}

export async function act(desk: Desk, { caller, words }: Asker, action: Action, typed = ''): Promise<Said> {
  const outcome: ActOutcome = await desk.easel.act(action, caller)
  return outcomeSaying(outcome, words, { pendingId: desk.ids.next(), typed })
}
