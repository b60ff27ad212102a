/** Answers in time: every interaction is acknowledged before any work on it, and told later what there is to tell. */
import {
  type ChatInputCommandInteraction,
  DiscordAPIError,
  type MessageComponentInteraction,
  type MessageContextMenuCommandInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
} from 'discord.js'
import { toAppError } from '../../../errors.ts'
import type { Logger } from '../../../ports.ts'
import { errorSentence, type Words } from '../../../words/en.ts'
import { textMessage } from '../../messages/message.ts'
import { type Payload, render } from '../outbound/render.ts'

export type Answerable =
  | ChatInputCommandInteraction
  | MessageContextMenuCommandInteraction
  | MessageComponentInteraction
  | ModalSubmitInteraction

/** What is said to the one who acted, if anything. */
export type Said = Saying | undefined
export interface Saying extends Payload {
  files?: { attachment: Buffer; name: string }[]
  /** It goes beside what the courier shows, not in its place. */
  beside?: boolean
}

/**
 * How an interaction is acknowledged. `private`: an answer for the person alone, taken back where nothing is to be
 * said. `public`: one that the courier fills. `quiet`: no answer of its own, what is to be said follows. `over`: what
 * is said takes the place of the message that was pressed.
 */
export type Manner = 'private' | 'public' | 'quiet' | 'over'

/** Acknowledges at once and works meanwhile; faults of the work become a sentence. Never rejects. */
export async function answer(
  interaction: Answerable,
  wanted: Manner,
  { words, log }: { words: Words; log: Logger },
  work: () => Promise<Said>,
): Promise<void> {
  const manner = wanted === 'public' || canUpdate(interaction) ? wanted : 'private'
  const acknowledged = attempt(log, () => acknowledge(interaction, manner))
  // The courier can fill only an answer that is there.
  if (manner === 'public') await acknowledged
  const said = await work().catch((error: unknown) => faultPayload(error, words, log))
  // Where the acknowledgement came too late, or the event a second time, there is nothing to answer to.
  if (await acknowledged) await attempt(log, () => tell(interaction, manner, said))
}

/** The same in one step, for what is known without waiting. Never rejects. */
export async function answerNow(
  interaction: Answerable,
  { words, log }: { words: Words; log: Logger },
  work: () => Saying,
): Promise<void> {
  const said = saidOrFault(work, words, log)
  await attempt(log, () => interaction.reply(privately(said)))
}

/** Whether Discord took it; what it refuses is logged, for no answer can be given to that any more. */
export async function attempt(log: Logger, ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    const code = error instanceof DiscordAPIError ? error.code : undefined
    log.debug({ code, problem: String(error) }, 'an answer was not taken')
    return false
  }
}

/** A fault as a sentence; logged, because no fault is expected. */
export function faultPayload(error: unknown, words: Words, log: Logger): Payload {
  const fault = toAppError(error)
  log.error({ code: fault.code, problem: fault.message }, 'a request from Discord failed')
  return render(textMessage(errorSentence(words, fault)), words)
}

function saidOrFault(work: () => Saying, words: Words, log: Logger): Saying {
  try {
    return work()
  } catch (error) {
    return faultPayload(error, words, log)
  }
}

function acknowledge(interaction: Answerable, manner: Manner): Promise<unknown> {
  if (manner === 'public') return interaction.deferReply()
  if (manner !== 'private' && canUpdate(interaction)) return interaction.deferUpdate()
  return interaction.deferReply({ flags: MessageFlags.Ephemeral })
}

/** Only what came from a message has one to leave as it is. */
function canUpdate(
  interaction: Answerable,
): interaction is MessageComponentInteraction | ModalSubmitInteraction {
  return interaction.isMessageComponent() || (interaction.isModalSubmit() && interaction.isFromMessage())
}

async function tell(interaction: Answerable, manner: Manner, said: Said): Promise<void> {
  if (said === undefined) {
    if (manner === 'private') await interaction.deleteReply()
  } else if (manner === 'quiet' || (manner === 'public' && said.beside === true)) {
    await interaction.followUp(privately(said))
  } else {
    await interaction.editReply(said)
  }
}

function privately(said: Saying) {
  return { ...said, flags: said.flags | MessageFlags.Ephemeral }
}
