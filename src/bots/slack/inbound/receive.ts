/** Every event of Slack → one call of app/. What it says to the one who acted goes back the way that Slack gives for it. */
import {
  type App,
  type BlockAction,
  ErrorCode,
  type MessageShortcut,
  type SlashCommand,
  type ViewSubmitAction,
} from '@slack/bolt'
import { z } from 'zod'
import { toAppError } from '../../../errors.ts'
import type { Logger } from '../../../ports.ts'
import { wordsFor } from '../../../words/locale.ts'
import { parseCommand } from '../../grammar/command-line.ts'
import { problemSentences } from '../../messages/job-message.ts'
import { textMessage } from '../../messages/message.ts'
import { answerInTime, faultPayload } from './reply.ts'
import type { Asker, Sender } from './request-context.ts'
import { easelCommand } from './command-handlers.ts'
import { type Desk, imagine } from './handler-context.ts'
import {
  besideFields,
  openPaintForm,
  originOf,
  type Submitted,
  submitPaintForm,
  submitSettings,
} from '../forms/form-handlers.ts'
import { publishHome } from '../forms/home.ts'
import { spoken } from './mention-handler.ts'
import { paintForm } from '../forms/paint-form.ts'
import { press } from './button-handlers.ts'
import { type Payload, render } from '../outbound/render.ts'
import { responder } from '../outbound/response-url.ts'
import {
  commandSender,
  endedIds,
  homeSender,
  pressSender,
  shortcutSender,
  spokenSender,
  submissionSender,
} from './senders.ts'
import { saveSettings, settingsForm } from '../forms/settings-form.ts'
import { imageInfo, startFromMessage, tellOfMessage, useAsSource } from './shortcut-handlers.ts'
import { spokenTo, unescaped } from './typed-text.ts'
import type { Whisper } from '../outbound/ephemeral-messages.ts'
import type { Workspaces } from '../transport/workspaces.ts'

type Said = Payload | undefined
type Work = (asker: Asker, whisper: Whisper) => Promise<Said>

/** How Slack wants to be answered: an acknowledgement, and a URL for what comes later. */
interface Way {
  responseUrl?: string
  ack(payload: Said): Promise<void>
  /** What the acknowledgement carries is shown to the person. */
  ackShows: boolean
}

export function receive(app: App, desk: Desk, workspaces: Workspaces): void {
  receiveCommands(app, desk)
  receiveInteractions(app, desk)
  receiveForms(app, desk)
  receiveEvents(app, desk, workspaces)
  app.error(async error => {
    if (error.code === ErrorCode.AuthorizationError) {
      desk.log.debug({}, 'an event of a workspace where the app is not installed')
      return
    }
    desk.log.error({ problem: error.message }, 'an event from Slack could not be dealt with')
    throw error
  })
}

function receiveCommands(app: App, desk: Desk): void {
  const command = (
    name: string,
    work: (command: SlashCommand, asker: Asker, whisper: Whisper) => Promise<Said>,
  ) =>
    app.command(name, ({ command: typed, ack }) => {
      const way: Way = {
        responseUrl: typed.response_url,
        ack: payload => ack(payload && { ...payload, response_type: 'ephemeral' }),
        ackShows: true,
      }
      return answer(desk, commandSender(typed), way, (asker, whisper) => work(typed, asker, whisper))
    })
  command('/imagine', (typed, asker, whisper) =>
    typedImagine(desk, asker, unescaped(typed.text), typed.trigger_id, whisper),
  )
  command('/easel', (typed, asker) => easelCommand(desk, asker, unescaped(typed.text), typed.trigger_id))
}

async function typedImagine(
  desk: Desk,
  asker: Asker,
  text: string,
  triggerId: string,
  whisper: Whisper,
): Promise<Said> {
  if (text.trim() === '') return openPaintForm(desk, asker, triggerId)
  const parsed = parseCommand(text)
  if (parsed.kind === 'parsed') return (await imagine(desk, asker, parsed.request, whisper)).payload
  const [first = '', ...more] = problemSentences(parsed.problems, asker.words)
  return render(textMessage(first, more), asker.words)
}

const pressedButton = z.object({ value: z.string().optional(), action_id: z.string() })

function receiveInteractions(app: App, desk: Desk): void {
  app.action<BlockAction>({ type: 'block_actions' }, async ({ body, ack }) => {
    const [action] = body.actions
    const { value, action_id: actionId } = pressedButton.parse(action)
    if (body.view?.type === 'home') {
      await ack()
      await pressedAtHome(desk, body, value ?? actionId)
      return
    }
    const way: Way = { responseUrl: body.response_url, ack: () => ack(), ackShows: false }
    await answer(desk, pressSender(body), way, (asker, whisper) =>
      press(desk, asker, value ?? actionId, body.trigger_id, whisper),
    )
  })
  const shortcut = (id: string, work: (body: MessageShortcut, asker: Asker) => Promise<Said>) =>
    app.shortcut<MessageShortcut>({ callback_id: id, type: 'message_action' }, ({ shortcut: body, ack }) => {
      const way: Way = { responseUrl: body.response_url, ack: () => ack(), ackShows: false }
      return answer(desk, shortcutSender(body), way, asker => work(body, asker))
    })
  shortcut(useAsSource, (body, asker) => startFromMessage(desk, asker, body.message, body.trigger_id))
  shortcut(imageInfo, (body, asker) => tellOfMessage(desk, asker, body.message))
}

/** There is no message to answer under: the home itself says what came of it. */
async function pressedAtHome(desk: Desk, body: BlockAction, id: string): Promise<void> {
  const asker = await desk.askers.of(pressSender(body))
  if (asker === undefined) return
  if (id === saveSettings) {
    const saved = await submitSettings(desk, asker, body.view?.state.values)
    const notice =
      saved.kind === 'wrong' ? Object.values(saved.errors).join(' ') : asker.words.slack.settings.saved
    return publishHome(desk, asker, notice)
  }
  const payload = await press(desk, asker, id, body.trigger_id, async () => {})
  return publishHome(desk, asker, payload?.text)
}

function receiveForms(app: App, desk: Desk): void {
  app.view<ViewSubmitAction>(
    { callback_id: paintForm, type: 'view_submission' },
    async ({ body, view, ack }) => {
      const origin = originOf(desk, view.private_metadata)
      if (origin === undefined) {
        await ack({
          response_action: 'errors',
          errors: { prompt: wordsFor(undefined).slack.said.unknownForm },
        })
        return
      }
      const { channel, thread } = origin
      const sender = submissionSender(body, thread === undefined ? { channel } : { channel, thread })
      await submit(desk, sender, view, ack, asker => submitPaintForm(desk, asker, origin, view.state.values))
    },
  )
  app.view<ViewSubmitAction>(
    { callback_id: settingsForm, type: 'view_submission' },
    async ({ body, view, ack }) => {
      const sender = submissionSender(body, { channel: body.user.id })
      await submit(desk, sender, view, ack, asker => submitSettings(desk, asker, view.state.values))
    },
  )
}

type FormAck = (answer?: { response_action: 'errors'; errors: Record<string, string> }) => Promise<void>

/** Sentences beside fields come with the acknowledgement; whatever comes later is said to the person alone. */
async function submit(
  desk: Desk,
  sender: Sender,
  { blocks }: { blocks: readonly { block_id?: string }[] },
  ack: FormAck,
  work: (asker: Asker) => Promise<Submitted>,
): Promise<void> {
  const asker = await desk.askers.of(sender)
  if (asker === undefined) return ack()
  let submitted: Submitted | undefined
  const inForm = async () => {
    submitted = await work(asker)
    return submitted.kind === 'closed' ? submitted.payload : undefined
  }
  const acknowledge = () =>
    submitted?.kind === 'wrong'
      ? ack({ response_action: 'errors', errors: besideFields(submitted.errors, blocks) })
      : ack()
  await answerInTime(
    { ...desk, words: asker.words, ack: acknowledge, ackShows: false, later: whisperTo(desk, asker) },
    inForm(),
  )
}

function receiveEvents(app: App, desk: Desk, workspaces: Workspaces): void {
  app.event('app_mention', ({ body, event }) => hear(desk, body, event, 'mention'))
  app.event('message', async ({ body, event }) => {
    const isPlain = event.subtype === undefined || event.subtype === 'file_share'
    if (event.channel_type === 'im' && isPlain && !('bot_id' in event))
      await hear(desk, body, event, 'direct')
  })
  app.event('app_home_opened', async ({ body, event }) => {
    if (event.tab !== 'home') return
    const asker = await desk.askers.of(homeSender(body, event.user))
    if (asker !== undefined) await publishHome(desk, asker)
  })
  app.event('app_uninstalled', ({ body }) => forgetWorkspace(desk.log, workspaces, body))
  app.event('tokens_revoked', async ({ body, event }) => {
    // People's own tokens may be revoked alone; without the bot's nothing works.
    if ((event.tokens.bot ?? []).length > 0) await forgetWorkspace(desk.log, workspaces, body)
  })
}

/** A fault that waiting may mend is left to Slack, which delivers the event again; any other is said. */
async function hear(desk: Desk, body: unknown, raw: unknown, kind: 'mention' | 'direct'): Promise<void> {
  const { sender, event } = spokenSender(body, raw, kind)
  const asker = await desk.askers.of(sender)
  if (asker === undefined) return
  const text = spokenTo(asker.workspace.botUserId, event.text)
  const payload = await spoken(desk, asker, text, event.files?.[0]?.id).catch((error: unknown) => {
    if (toAppError(error).retryable) throw error
    return faultPayload(error, asker.words, desk.log)
  })
  if (payload !== undefined) await whisperTo(desk, asker)(payload)
}

async function forgetWorkspace(log: Logger, workspaces: Workspaces, body: unknown): Promise<void> {
  const ids = endedIds(body)
  await workspaces.remove(ids)
  log.info(ids, 'the app was removed from a Slack workspace')
}

/** Acknowledged in time, with the answer where it is ready and can be shown, else through the response URL. */
async function answer(desk: Desk, sender: Sender, way: Way, work: Work): Promise<void> {
  const asker = await desk.askers.of(sender)
  if (asker === undefined) return way.ack(undefined)
  const other = whisperTo(desk, asker)
  const later = way.responseUrl === undefined ? other : responder(way.responseUrl, sender.thread, other)
  await answerInTime({ ...desk, ...way, words: asker.words, later }, work(asker, later))
}

function whisperTo(desk: Desk, { workspace, place, caller }: Asker): Whisper {
  return payload => desk.messages.whisper(workspace, place, caller.person.userId, payload)
}
