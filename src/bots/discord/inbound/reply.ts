/** Acknowledgement and reply: an interaction is acknowledged before any work on it, and its reply follows. */
import {
  type ChatInputCommandInteraction,
  DiscordAPIError,
  type MessageComponentInteraction,
  type MessageContextMenuCommandInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
} from 'discord.js'
import type { Logger } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import { faultMessage } from '../../chat/fault-message.ts'
import { type Payload, render } from '../outbound/render/render.ts'

export type Answerable =
  | ChatInputCommandInteraction
  | MessageContextMenuCommandInteraction
  | MessageComponentInteraction
  | ModalSubmitInteraction

/** The reply to the person who acted. */
export interface Reply extends Payload {
  files?: { attachment: Buffer; name: string }[]
  /** Sent in addition to the courier's message, not instead of it. */
  beside?: boolean
  /** The answer to a question failed: the question stays, and can be answered again. */
  keepsQuestion?: boolean
}

/**
 * How an interaction is acknowledged. `private`: an ephemeral response, deleted if there is no reply. `public`: a response
 * that the courier fills; a reply takes its place, as an ephemeral message. `silent`: no response; the reply is a follow-up. `replace`: the reply replaces the message whose
 * button was pressed.
 */
export type AckMode = 'private' | 'public' | 'silent' | 'replace'

/** Acknowledges at once, then works; a fault of the work becomes a sentence. Never rejects. */
export async function acknowledgeAndReply(
  interaction: Answerable,
  wanted: AckMode,
  { words, log }: { words: Words; log: Logger },
  work: () => Promise<Reply | undefined>,
): Promise<void> {
  const ackMode = wanted === 'public' || canUpdate(interaction) ? wanted : 'private'
  const acknowledged = attempt(log, () => acknowledge(interaction, ackMode))
  // The courier can fill only an existing response.
  if (ackMode === 'public') await acknowledged
  const reply = await work().catch((error: unknown) => faultReply(error, words, log))
  // After a late or repeated acknowledgement there is no response to reply to.
  if (await acknowledged) await attempt(log, () => sendReply(interaction, ackMode, reply))
}

/** Acknowledges and replies in one step, for a reply that is already known. Never rejects. */
export async function replyNow(
  interaction: Answerable,
  { words, log }: { words: Words; log: Logger },
  work: () => Reply,
): Promise<void> {
  const reply = replyOrFault(work, words, log)
  await attempt(log, () => interaction.reply(ephemeral(reply)))
}

/** Whether Discord accepted the call. A refusal is only logged, because the interaction cannot get another response. */
export async function attempt(log: Logger, ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    const code = error instanceof DiscordAPIError ? error.code : undefined
    log.debug({ code, problem: String(error) }, 'a response was not taken')
    return false
  }
}

export function faultReply(error: unknown, words: Words, log: Logger): Payload {
  return render(faultMessage(error, words, log), words)
}

function replyOrFault(work: () => Reply, words: Words, log: Logger): Reply {
  try {
    return work()
  } catch (error) {
    return faultReply(error, words, log)
  }
}

function acknowledge(interaction: Answerable, ackMode: AckMode): Promise<unknown> {
  if (ackMode === 'public') return interaction.deferReply()
  if (ackMode !== 'private' && canUpdate(interaction)) return interaction.deferUpdate()
  return interaction.deferReply({ flags: MessageFlags.Ephemeral })
}

/** Only an interaction with a message can be acknowledged without a response. */
function canUpdate(
  interaction: Answerable,
): interaction is MessageComponentInteraction | ModalSubmitInteraction {
  return interaction.isMessageComponent() || (interaction.isModalSubmit() && interaction.isFromMessage())
}

async function sendReply(interaction: Answerable, ackMode: AckMode, reply: Reply | undefined): Promise<void> {
  if (reply === undefined) {
    if (ackMode === 'private') await interaction.deleteReply()
  } else if (ackMode === 'silent' || ackMode === 'public') {
    // The first follow-up would fill an open deferral, which is public (receiving-and-responding, Create Followup Message).
    if (ackMode === 'public' && reply.beside !== true) await interaction.deleteReply()
    await interaction.followUp(ephemeral(reply))
  } else if (reply.keepsQuestion === true) {
    await interaction.followUp(ephemeral(reply))
  } else {
    await interaction.editReply(reply)
  }
}

function ephemeral(reply: Reply) {
  return { ...reply, flags: reply.flags | MessageFlags.Ephemeral }
}
