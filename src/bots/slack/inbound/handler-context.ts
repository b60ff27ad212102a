/** Handler context: what every handler of this adapter works with, and the calls of app/ that they share. */
import type { ActOutcome, Easel } from '../../../app/easel.ts'
import type { Action, ImagineRequest } from '../../../app/requests.ts'
import type { Config } from '../../../config.ts'
import type { Clock, Ids, Logger } from '../../../ports.ts'
import { textMessage } from '../../messages/message.ts'
import type { FormChoices } from '../forms/paint-form.ts'
import type { SlackCourier } from '../outbound/courier.ts'
import type { EphemeralMessages, SendEphemeral } from '../outbound/ephemeral-messages.ts'
import type { Messages } from '../outbound/messages.ts'
import { type Payload, render } from '../outbound/render.ts'
import type { Pictures } from '../outbound/uploads.ts'
import type { SlackApi } from '../transport/api.ts'
import type { Downloads } from './downloads.ts'
import { outcomeReply } from './outcome-replies.ts'
import type { PendingRequests } from './pending-requests.ts'
import type { RequestContext, RequestContexts } from './request-context.ts'

export interface HandlerContext {
  easel: Easel
  config: Config
  clock: Clock
  ids: Ids
  log: Logger
  api: SlackApi
  messages: Messages
  pictures: Pictures
  courier: SlackCourier
  requestContexts: RequestContexts
  downloads: Downloads
  pending: PendingRequests
  ephemeralMessages: EphemeralMessages
  /** Signs what forms carry. */
  formSecret: string
}

/** An outcome, with the reply to the person who asked. */
export interface OutcomeReply<Outcome> {
  outcome: Outcome
  payload: Payload | undefined
}

/** `sendEphemeral` reaches the requester later, should the courier find that it cannot write in the conversation. */
export async function imagine(
  context: HandlerContext,
  requester: RequestContext,
  request: ImagineRequest,
  sendEphemeral: SendEphemeral,
  options?: { confirmed: boolean },
): Promise<OutcomeReply<ActOutcome>> {
  const isSoon = context.messages.canPostSoon(requester.workspace, requester.place)
  const outcome = await context.easel.imagine(request, requester.caller, options)
  const pendingId = context.ids.next()
  if (outcome.kind === 'confirm') context.pending.add(pendingId, { request, caller: requester.caller })
  rememberRequester(context, requester, outcome, sendEphemeral)
  const payload = outcomeReply(outcome, requester.words, pendingId)
  return { outcome, payload: payload ?? (isSoon ? undefined : acceptedNotice(outcome, requester)) }
}

export async function act(
  context: HandlerContext,
  requester: RequestContext,
  action: Action,
  sendEphemeral: SendEphemeral,
): Promise<OutcomeReply<ActOutcome>> {
  const outcome = await context.easel.act(action, requester.caller)
  rememberRequester(context, requester, outcome, sendEphemeral)
  return { outcome, payload: outcomeReply(outcome, requester.words, context.ids.next()) }
}

/** Tells an author whose job's first message has to wait that the job was accepted. */
function acceptedNotice(outcome: ActOutcome, { words }: RequestContext): Payload | undefined {
  return outcome.kind === 'accepted' ? render(textMessage(words.slack.replies.accepted), words) : undefined
}

export function formChoices({ easel, config }: HandlerContext): FormChoices {
  return {
    models: easel.models().map(model => model.name),
    styles: easel.styles(),
    maxCount: config.limits.maxCount,
  }
}

/** A job whose conversation turns out to be closed to us is of no use to anybody: it is cancelled. */
function rememberRequester(
  context: HandlerContext,
  requester: RequestContext,
  outcome: ActOutcome,
  sendEphemeral: SendEphemeral,
): void {
  if (outcome.kind !== 'accepted') return
  for (const { id } of outcome.jobs) {
    context.ephemeralMessages.remember(id, async payload => {
      await context.easel.act({ kind: 'cancel', jobId: id }, requester.caller)
      await sendEphemeral(payload)
    })
  }
}
