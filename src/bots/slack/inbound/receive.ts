/** Dispatches every event of Slack to one call of app/, and sends the reply in the way that the event supports. */
import {
  type App,
  type BlockAction,
  type CodedError,
  ErrorCode,
  type MessageShortcut,
  type RespondArguments,
  type SlashCommand,
  type ViewSubmitAction,
} from '@slack/bolt'
import { z } from 'zod'
import { toAppError } from '../../../errors/errors.ts'
import type { Logger } from '../../../system/ports.ts'
import { wordsFor } from '../../../words/locale.ts'
import { faultMessage } from '../../chat/fault-message.ts'
import {
  originOf,
  submitPaintForm,
  submitSettings,
  typedInPaintForm,
  typedInSettingsForm,
} from '../forms/form-handlers.ts'
import { publishHome, saveSettings } from '../forms/home.ts'
import { paintForm } from '../forms/paint-form.ts'
import { settingsForm } from '../forms/settings-form.ts'
import { replyToSubmission, type Submitted, type SubmittedForm } from '../forms/submission.ts'
import type { Reply, SendEphemeral } from '../outbound/ephemeral-messages.ts'
import { responder } from '../outbound/response-url.ts'
import type { Workspaces } from '../transport/workspaces.ts'
import { handleButton } from './button-handlers.ts'
import { easelCommand, handleEasel, handleImagine } from './command-handlers.ts'
import { ephemeralSender, type HandlerContext } from './handler-context.ts'
import { handleMention } from './mention-handler.ts'
import { faultReply, replyInTime } from './reply.ts'
import type { RequestContext, Sender } from './request-context.ts'
import {
  buttonSender,
  commandSender,
  endedInstallation,
  filesOf,
  homeSender,
  messageSender,
  revokesBot,
  shortcutSender,
  submissionSender,
} from './senders.ts'
import { imageInfo, replyWithPictureInfo, startFromMessage, useAsSource } from './shortcut-handlers.ts'
import { textForBot, unescapeMrkdwn } from './typed-text.ts'

type Work = (requester: RequestContext, sendEphemeral: SendEphemeral) => Promise<Reply | undefined>

/** The acknowledgement of an event, and the URL for later replies. */
interface ReplyTarget {
  responseUrl?: string
  ack(reply: Reply | undefined): Promise<void>
  /** Whether the person sees the acknowledgement's reply. */
  ackShows: boolean
}

export function receive(app: App, context: HandlerContext, workspaces: Workspaces): void {
  receiveCommands(app, context)
  receiveInteractions(app, context)
  receiveForms(app, context)
  receiveEvents(app, context, workspaces)
  app.error(async error => {
    if (error.code === ErrorCode.AuthorizationError) {
      context.log.debug({}, 'an event of a workspace where the app is not installed')
      return
    }
    if (isOfUnknownShape(error)) {
      // A redelivery would give the same result.
      context.log.warn({ problem: error.message }, 'an event of unknown shape was passed over')
      return
    }
    context.log.error({ problem: error.message }, 'an event from Slack could not be dealt with')
    throw error
  })
}

function isOfUnknownShape(error: CodedError): boolean {
  return error instanceof z.ZodError || ('original' in error && error.original instanceof z.ZodError)
}

function receiveCommands(app: App, context: HandlerContext): void {
  const command = (
    name: string,
    work: (
      command: SlashCommand,
      requester: RequestContext,
      sendEphemeral: SendEphemeral,
    ) => Promise<Reply | undefined>,
  ) =>
    app.command(name, ({ command: typed, ack }) => {
      const target: ReplyTarget = {
        responseUrl: typed.response_url,
        ack: reply => ack(reply && inAck(reply)),
        ackShows: true,
      }
      return acknowledgeAndReply(context, commandSender(typed), target, (requester, sendEphemeral) =>
        work(typed, requester, sendEphemeral),
      )
    })
  command('/imagine', (typed, requester, sendEphemeral) =>
    handleImagine(context, requester, unescapeMrkdwn(typed.text), typed.trigger_id, sendEphemeral),
  )
  command(easelCommand, (typed, requester) =>
    handleEasel(context, requester, unescapeMrkdwn(typed.text), typed.trigger_id),
  )
}

/** The answer to a command as its acknowledgement. */
function inAck({ jobIds: _, ...payload }: Reply): RespondArguments {
  return { ...payload, response_type: 'ephemeral' }
}

const pressedButton = z.object({ value: z.string().optional(), action_id: z.string() })

function receiveInteractions(app: App, context: HandlerContext): void {
  app.action<BlockAction>({ type: 'block_actions' }, async ({ body, ack }) => {
    const [action] = body.actions
    const { value, action_id: actionId } = pressedButton.parse(action)
    if (body.view?.type === 'home') {
      await ack()
      await handleHomeButton(context, body, value ?? actionId)
      return
    }
    const target: ReplyTarget = { responseUrl: body.response_url, ack: () => ack(), ackShows: false }
    await acknowledgeAndReply(context, buttonSender(body), target, (requester, sendEphemeral) =>
      handleButton(context, requester, value ?? actionId, body.trigger_id, sendEphemeral),
    )
  })
  const shortcut = (
    id: string,
    work: (body: MessageShortcut, requester: RequestContext) => Promise<Reply | undefined>,
  ) =>
    app.shortcut<MessageShortcut>({ callback_id: id, type: 'message_action' }, ({ shortcut: body, ack }) => {
      const target: ReplyTarget = { responseUrl: body.response_url, ack: () => ack(), ackShows: false }
      return acknowledgeAndReply(context, shortcutSender(body), target, requester => work(body, requester))
    })
  shortcut(useAsSource, (body, requester) =>
    startFromMessage(context, requester, body.message, body.trigger_id),
  )
  shortcut(imageInfo, (body, requester) => replyWithPictureInfo(context, requester, body.message))
}

/** There is no message to reply to, so the Home tab itself shows the outcome. */
async function handleHomeButton(context: HandlerContext, body: BlockAction, id: string): Promise<void> {
  const requester = await context.requestContexts.of(buttonSender(body))
  if (requester === undefined) return
  const { words } = requester
  const outcomeOf = async () => {
    if (id !== saveSettings)
      return (await handleButton(context, requester, id, body.trigger_id, async () => {}))?.text
    const saved = await submitSettings(context, requester, body.view?.state.values)
    return saved.kind === 'wrong' ? Object.values(saved.errors).join(' ') : words.chat.settings.saved
  }
  const notice = await outcomeOf().catch((error: unknown) => faultMessage(error, words, context.log).title)
  return publishHome(context, requester, notice)
}

function receiveForms(app: App, context: HandlerContext): void {
  app.view<ViewSubmitAction>(
    { callback_id: paintForm, type: 'view_submission' },
    async ({ body, view, ack }) => {
      const origin = originOf(context, view.private_metadata)
      if (origin === undefined) {
        await ack({
          response_action: 'errors',
          errors: { prompt: wordsFor(undefined).chat.replies.unknownForm },
        })
        return
      }
      const { channel, thread } = origin
      const sender = submissionSender(body, thread === undefined ? { channel } : { channel, thread })
      const { blocks, state } = view
      const form = { blocks, typed: typedInPaintForm(state.values), ack }
      await submit(context, sender, form, requester =>
        submitPaintForm(context, requester, origin, state.values),
      )
    },
  )
  app.view<ViewSubmitAction>(
    { callback_id: settingsForm, type: 'view_submission' },
    async ({ body, view: { blocks, state }, ack }) => {
      const sender = submissionSender(body, { channel: body.user.id })
      const form = { blocks, typed: typedInSettingsForm(state.values), ack }
      await submit(context, sender, form, requester => submitSettings(context, requester, state.values))
    },
  )
}

/** Handles a submission, which is acknowledged even if the app is not installed. */
async function submit(
  context: HandlerContext,
  sender: Sender,
  form: Omit<SubmittedForm, 'followUp'>,
  work: (requester: RequestContext) => Promise<Submitted>,
): Promise<void> {
  const requester = await context.requestContexts.of(sender)
  if (requester === undefined) return form.ack()
  const followUp = ephemeralSender(context, requester)
  await replyToSubmission(context, requester, { ...form, followUp }, () => work(requester))
}

function receiveEvents(app: App, context: HandlerContext, workspaces: Workspaces): void {
  app.event('app_mention', ({ body, event, context: { retryNum } }) =>
    handleMessage(context, body, event, { kind: 'mention', retryNum }),
  )
  app.event('message', async ({ body, event, context: { retryNum } }) => {
    if (event.channel_type === 'im' && isWritten(event.subtype) && !('bot_id' in event))
      await handleMessage(context, body, event, { kind: 'direct', retryNum })
  })
  app.event('app_home_opened', async ({ body, event }) => {
    const sender = homeSender(body, event)
    const requester = sender && (await context.requestContexts.of(sender))
    if (requester !== undefined) await publishHome(context, requester)
  })
  app.event('file_shared', async ({ event, context: { botUserId } }) => {
    if (event.user_id === botUserId) context.files.recordShare(event.file_id, event.channel_id)
  })
  app.event('app_uninstalled', ({ body }) => forgetWorkspace(context.log, workspaces, body))
  app.event('tokens_revoked', async ({ body, event }) => {
    if (revokesBot(event)) await forgetWorkspace(context.log, workspaces, body)
  })
}

/**
 * Whether a person wrote the message: in any place, with files, as an answer that is also sent to the conversation, or after /me
 * (docs.slack.dev/reference/events/message, subtypes).
 */
function isWritten(subtype: string | undefined): boolean {
  return subtype === undefined || ['file_share', 'thread_broadcast', 'me_message'].includes(subtype)
}

/**
 * For a retryable fault Slack redelivers the event, nearly at once (docs.slack.dev, Events API: retries). A fault that is still there
 * then, and any other fault, is reported to the person.
 */
async function handleMessage(
  context: HandlerContext,
  body: unknown,
  raw: unknown,
  { kind, retryNum = 0 }: { kind: 'mention' | 'direct'; retryNum?: number | undefined },
): Promise<void> {
  const { sender, event } = messageSender(body, raw, kind)
  const requester = await context.requestContexts.of(sender)
  if (requester === undefined) return
  const named = await context.requestContexts.nameMembers(event.text, requester)
  const text = textForBot(requester.workspace.botUserId, named)
  const reply = await handleMention(context, requester, text, filesOf(event)).catch((error: unknown) => {
    if (toAppError(error).retryable && retryNum === 0) throw error
    return faultReply(error, requester.words, context.log)
  })
  if (reply !== undefined) await ephemeralSender(context, requester)(reply)
}

async function forgetWorkspace(log: Logger, workspaces: Workspaces, body: unknown): Promise<void> {
  const { ids, atS } = endedInstallation(body)
  const hasEnded = await workspaces.end(ids, atS)
  if (hasEnded) log.info(ids, 'the app was removed from a Slack workspace')
  else log.info(ids, 'Slack told late of a removal: the app is installed again')
}

/** Acknowledges in time, with the reply if it is ready and visible there, otherwise through the response URL. */
async function acknowledgeAndReply(
  context: HandlerContext,
  sender: Sender,
  target: ReplyTarget,
  work: Work,
): Promise<void> {
  const requester = await context.requestContexts.of(sender)
  if (requester === undefined) return target.ack(undefined)
  const other = ephemeralSender(context, requester)
  const followUp =
    target.responseUrl === undefined ? other : responder(target.responseUrl, sender.thread, other)
  await replyInTime({ ...context, ...target, words: requester.words, followUp }, work(requester, followUp))
}
