/** Acknowledgement and reply: an interaction is acknowledged before any work on it, and its reply follows. */
import {
  type ChatInputCommandInteraction,
  DiscordAPIError,
  type MessageComponentInteraction,
  type MessageContextMenuCommandInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
} from 'discord.js'
import type { Easel } from '../../../app/easel.ts'
import { AppError } from '../../../errors/errors.ts'
import type { Clock, Logger } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import { faultReplies } from '../../chat/fault-message.ts'
import { textMessage } from '../../messages/message.ts'
import { writeReplyAddress } from '../outbound/address.ts'
import { type Payload, render } from '../outbound/render/render.ts'
import { tokenLifeMs } from './request-context.ts'

export type AnswerableInteraction =
  | ChatInputCommandInteraction
  | MessageContextMenuCommandInteraction
  | MessageComponentInteraction
  | ModalSubmitInteraction

export interface ReplyParts {
  easel: Pick<Easel, 'recordReply'>
  clock: Clock
  log: Logger
  words: Words
}

/** The reply to the person who acted. */
export interface Reply extends Payload {
  /** The jobs whose texts it shows. It is deleted with them. */
  jobIds?: readonly string[]
  files?: { attachment: Buffer; name: string }[]
  /** It is sent in addition to the courier's message, not instead of it. */
  beside?: boolean
  /** The answer to a question failed: the question stays, and can be answered again. */
  keepsQuestion?: boolean
}

/**
 * How an interaction is acknowledged. `private`: an ephemeral response, deleted if there is no reply. `public`: a response
 * that the courier fills; a reply takes its place, as an ephemeral message. `silent`: no response; the reply is a
 * follow-up. `replace`: the reply replaces the message whose button was pressed.
 */
export type AckMode = 'private' | 'public' | 'silent' | 'replace'

/** The interaction's own response (receiving-and-responding, Get Original Interaction Response). */
const original = '@original'

/** Acknowledges at once, then works; a fault of the work becomes a sentence. Never rejects. */
export async function acknowledgeAndReply(
  interaction: AnswerableInteraction,
  wanted: AckMode,
  parts: ReplyParts,
  work: () => Promise<Reply | undefined>,
): Promise<void> {
  const { words, log, clock } = parts
  const tokenUntilMs = clock.now() + tokenLifeMs
  const ackMode = wanted === 'public' || canUpdate(interaction) ? wanted : 'private'
  const acknowledged = attempt(log, () => acknowledge(interaction, ackMode))
  // The courier can fill only an existing response.
  if (ackMode === 'public') await acknowledged
  const reply = await work().catch((error: unknown) => faultReply(error, words, log))
  // After a late or repeated acknowledgement there is no response to reply to.
  if (!(await acknowledged)) return
  await attempt(log, () =>
    sendRecorded(parts, interaction, tokenUntilMs, reply, idBeforeSending(ackMode, reply), shown =>
      sendReply(interaction, ackMode, shown),
    ),
  )
}

/** Acknowledges and replies in one step, for a reply that is already known. Never rejects. */
export async function replyNow(
  interaction: AnswerableInteraction,
  parts: ReplyParts,
  work: () => Reply,
): Promise<void> {
  const { words, log, clock } = parts
  const tokenUntilMs = clock.now() + tokenLifeMs
  const reply = replyOrFault(work, words, log)
  await attempt(log, () =>
    sendRecorded(parts, interaction, tokenUntilMs, reply, original, async shown => {
      await interaction.reply(ephemeral(shown))
      return original
    }),
  )
}

/**
 * Whether Discord accepted the call. A refusal is only logged, because the interaction cannot get another response; a fault of Easel's
 * own is logged as one.
 */
export async function attempt(log: Logger, ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (error instanceof AppError) {
      log.error({ code: error.code, problem: error.message }, 'a request failed')
      return false
    }
    const code = error instanceof DiscordAPIError ? error.code : undefined
    log.debug({ code, problem: String(error) }, 'a response was not taken')
    return false
  }
}

export const faultReply = faultReplies(render)

function replyOrFault(work: () => Reply, words: Words, log: Logger): Reply {
  try {
    return work()
  } catch (error) {
    return faultReply(error, words, log)
  }
}

function acknowledge(interaction: AnswerableInteraction, ackMode: AckMode): Promise<unknown> {
  if (ackMode === 'public') return interaction.deferReply()
  if (ackMode !== 'private' && canUpdate(interaction)) return interaction.deferUpdate()
  return interaction.deferReply({ flags: MessageFlags.Ephemeral })
}

/** Only an interaction with a message can be acknowledged without a response. */
function canUpdate(
  interaction: AnswerableInteraction,
): interaction is MessageComponentInteraction | ModalSubmitInteraction {
  return interaction.isMessageComponent() || (interaction.isModalSubmit() && interaction.isFromMessage())
}

/** The id of the message that will show the reply; undefined for a follow-up, whose id is known only from Discord's response. */
function idBeforeSending(ackMode: AckMode, reply: Reply | undefined): typeof original | undefined {
  return isFollowUp(ackMode, reply) ? undefined : original
}

function isFollowUp(ackMode: AckMode, reply: Reply | undefined): boolean {
  return ackMode === 'silent' || ackMode === 'public' || reply?.keepsQuestion === true
}

/** Returns the id of the message that shows the reply. */
async function sendReply(
  interaction: AnswerableInteraction,
  ackMode: AckMode,
  reply: Reply | undefined,
): Promise<string | undefined> {
  if (reply === undefined) {
    if (ackMode === 'private') await interaction.deleteReply()
    return undefined
  }
  if (isFollowUp(ackMode, reply)) {
    // The first follow-up would fill an open deferral, which is public (receiving-and-responding, Create Followup Message).
    if (ackMode === 'public' && reply.beside !== true) await interaction.deleteReply()
    const { id } = await interaction.followUp(ephemeral(reply))
    return id
  }
  await interaction.editReply(reply)
  return original
}

function ephemeral(reply: Reply) {
  return { ...reply, flags: reply.flags | MessageFlags.Ephemeral }
}

/**
 * Records a reply with the jobs whose texts it shows, sends it, and records it again with the id of its message: a process that is
 * killed in between leaves a record. If one of the jobs is removed before, the reply is not sent; if meanwhile, it is deleted at
 * once. If it cannot be recorded, the reason is sent in its place.
 */
async function sendRecorded<R extends Reply | undefined>(
  { easel, words, log }: ReplyParts,
  interaction: AnswerableInteraction,
  tokenUntilMs: number,
  reply: R,
  idBefore: string | undefined,
  send: (reply: R | Reply) => Promise<string | undefined>,
): Promise<void> {
  const { id, token } = interaction
  const jobIds = reply?.jobIds ?? []
  if (jobIds.length === 0) {
    await send(reply)
    return
  }
  const isKept = (messageId: string | undefined) => {
    const address = messageId && writeReplyAddress({ token, messageId })
    return easel.recordReply({ id, jobIds, ...(address && { deletion: { address, untilMs: tokenUntilMs } }) })
  }
  const kept = await isKept(idBefore).catch((error: unknown) => faultReply(error, words, log))
  if (kept !== true) {
    await send(kept === false ? render(textMessage(words.chat.replies.notMine), words) : kept)
    return
  }
  const messageId = await send(reply)
  if (messageId !== undefined && !(await isKept(messageId))) await interaction.deleteReply(messageId)
}
