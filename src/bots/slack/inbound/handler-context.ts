/** What every handler of this adapter works with, and the calls of app/ that they share. */
import type { ActOutcome, Easel } from '../../../app/easel.ts'
import type { Action, ImagineRequest } from '../../../app/requests.ts'
import type { Config } from '../../../config.ts'
import type { Clock, Ids, Logger } from '../../../ports.ts'
import { textMessage } from '../../messages/message.ts'
import type { SlackApi } from '../transport/api.ts'
import type { Asker, Askers } from './request-context.ts'
import type { SlackCourier } from '../outbound/courier.ts'
import type { Downloads } from './downloads.ts'
import type { Messages } from '../outbound/messages.ts'
import { outcomePayload } from './outcome-replies.ts'
import type { FormChoices } from '../forms/paint-form.ts'
import type { PendingRequests } from './pending-requests.ts'
import type { Pictures } from '../outbound/uploads.ts'
import { type Payload, render } from '../outbound/render.ts'
import type { Whisper, Whispers } from '../outbound/ephemeral-messages.ts'

export interface Desk {
  easel: Easel
  config: Config
  clock: Clock
  ids: Ids
  log: Logger
  api: SlackApi
  messages: Messages
  pictures: Pictures
  courier: SlackCourier
  askers: Askers
  downloads: Downloads
  pending: PendingRequests
  whispers: Whispers
  /** Signs what forms carry. */
  formSecret: string
}

/** An outcome, and what it says to the one who asked. */
export interface Said<Outcome> {
  outcome: Outcome
  payload: Payload | undefined
}

/** `whisper` reaches the asker later on, should the courier find that it cannot write in the conversation. */
export async function imagine(
  desk: Desk,
  asker: Asker,
  request: ImagineRequest,
  whisper: Whisper,
  options?: { confirmed: boolean },
): Promise<Said<ActOutcome>> {
  const isSoon = desk.messages.canPostSoon(asker.workspace, asker.place)
  const outcome = await desk.easel.imagine(request, asker.caller, options)
  const pendingId = desk.ids.next()
  if (outcome.kind === 'confirm') desk.pending.add(pendingId, { request, caller: asker.caller })
  rememberAsker(desk, asker, outcome, whisper)
  const payload = outcomePayload(outcome, asker.words, pendingId)
  return { outcome, payload: payload ?? (isSoon ? undefined : patience(outcome, asker)) }
}

export async function act(
  desk: Desk,
  asker: Asker,
  action: Action,
  whisper: Whisper,
): Promise<Said<ActOutcome>> {
  const outcome = await desk.easel.act(action, asker.caller)
  rememberAsker(desk, asker, outcome, whisper)
  return { outcome, payload: outcomePayload(outcome, asker.words, desk.ids.next()) }
}

/** Nobody should wonder whether they were heard. */
function patience(outcome: ActOutcome, { words }: Asker): Payload | undefined {
  return outcome.kind === 'accepted' ? render(textMessage(words.slack.said.accepted), words) : undefined
}

export function formChoices({ easel, config }: Desk): FormChoices {
  return {
    models: easel.models().map(model => model.name),
    styles: easel.styles(),
    maxCount: config.limits.maxCount,
  }
}

/** A job whose conversation turns out to be closed to us is of no use to anybody: it is cancelled. */
function rememberAsker(desk: Desk, asker: Asker, outcome: ActOutcome, whisper: Whisper): void {
  if (outcome.kind !== 'accepted') return
  for (const { id } of outcome.jobs) {
    desk.whispers.remember(id, async payload => {
      await desk.easel.act({ kind: 'cancel', jobId: id }, asker.caller)
      await whisper(payload)
    })
  }
}
