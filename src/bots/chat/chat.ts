/** The chat core: handles requests, buttons and forms for every platform with one call of app/ and one neutral reply. */
import type { Refusal } from '../../app/delivery/courier.ts'
import type { ActOutcome, Easel, RemixStart } from '../../app/easel.ts'
import type { Caller } from '../../app/people/people.ts'
import { type Problem, problem } from '../../app/problems.ts'
import type { Action, ImagineRequest } from '../../app/requests.ts'
import type { JobView, PersonSettings } from '../../app/views/views.ts'
import type { Clock, Ids } from '../../system/ports.ts'
import type { Words } from '../../words/en.ts'
import type { CommandReply } from '../commands/command.ts'
import type { TypedOptions } from '../commands/command-option.ts'
import { type CommandName, helpLines, runCommand } from '../commands/commands.ts'
import { topicMessage } from '../commands/topics.ts'
import { formatPrompts } from '../grammar/command-line.ts'
import type { Question } from '../messages/buttons.ts'
import { deletionQuestion } from '../messages/deletion-question.ts'
import { deletionReply, showStatusMessage, undeliveredLines } from '../messages/delivery-notices.ts'
import { infoMessage, pictureMessage } from '../messages/info-message.ts'
import { problemSentences, shorten } from '../messages/job-message.ts'
import { type Message, textMessage } from '../messages/message.ts'
import type { FormChoices } from './paint-form.ts'
import { findPending, isPendingOfOther, savePending } from './pending.ts'

/** The person who acts, and the language. */
export interface Requester {
  readonly caller: Caller
  readonly words: Words
}

/** The reply to the person who acted. The courier shows everything that others see. */
export type ChatReply =
  /** The courier shows the jobs; `message` lists changes to the request, if any. */
  | { kind: 'accepted'; jobs: readonly JobView[]; message?: Message }
  /** No reply is needed. */
  | { kind: 'none' }
  | { kind: 'message'; message: Message }
  | { kind: 'refused'; problems: readonly Problem[] }

/** The initial values of the Remix form. `prompt` is as typed, with the second prompt as a flag. */
export interface RemixValues extends Pick<RemixStart, 'prompt' | 'negative'> {
  pictureId: string
}

export interface ChatParts {
  easel: Easel
  clock: Clock
  ids: Ids
  maxCount: number
  /** The prefix of typed commands. */
  prefix: string
  platform: 'discord' | 'slack'
}

const shownPrompts = 10

export class Chat {
  readonly #parts: ChatParts

  constructor(parts: ChatParts) {
    this.#parts = parts
  }

  async imagine(
    { caller, words }: Requester,
    request: ImagineRequest,
    options?: { confirmed: boolean },
  ): Promise<ChatReply> {
    const { easel, ids, prefix } = this.#parts
    const outcome = await easel.imagine(request, caller, options)
    const pendingId = ids.next()
    if (outcome.kind === 'confirm') await savePending(easel, pendingId, request, caller)
    return replyOf(outcome, words, pendingId, prefix)
  }

  async act({ caller, words }: Requester, action: Action): Promise<ChatReply> {
    const { easel, ids, prefix } = this.#parts
    const outcome = await easel.act(action, caller)
    if (outcome.kind !== 'deleted') return replyOf(outcome, words, ids.next(), prefix)
    const { deleted } = words.chat.replies
    const undeletable = this.#undeletable(outcome, words)
    return {
      kind: 'message',
      message: await deletionReply(easel, [outcome.job.id], deleted, words, undeletable),
    }
  }

  /** One picture of a set, with all its buttons. */
  more({ caller, words }: Requester, pictureId: string): ChatReply {
    const found = this.#parts.easel.picture(pictureId, caller)
    return found === undefined
      ? { kind: 'refused', problems: [problem('picture-gone', {})] }
      : { kind: 'message', message: pictureMessage(found.job, found.picture, words) }
  }

  /** The message of a topic, which a button of a short reply opens. */
  topic({ words }: Requester, name: string): ChatReply {
    const { easel, prefix } = this.#parts
    const message = topicMessage(name, { easel, words, helpLines: helpLines(words, prefix) })
    return { kind: 'message', message: message ?? textMessage(words.chat.replies.unknownButton) }
  }

  /** Asks for confirmation of a deletion; refuses at once if the person may not delete the job. */
  askToDelete({ caller, words }: Requester, jobId: string): ChatReply {
    const refusal = this.#parts.easel.deletionProblem(jobId, caller)
    if (refusal !== undefined) return { kind: 'refused', problems: [refusal] }
    return { kind: 'message', message: deletionQuestion(jobId, words) }
  }

  /** Whether the question is for this person. */
  isQuestionFor({ caller }: Requester, { action, id }: Question): boolean {
    const { easel } = this.#parts
    switch (action) {
      case 'confirm':
        return !isPendingOfOther(easel, id, caller.person)
      case 'confirm-delete':
        return easel.deletionProblem(id, caller)?.code !== 'not-yours'
      case 'forget':
        return true
    }
  }

  /** Executes a confirmed question. */
  answer(requester: Requester, question: Question): Promise<ChatReply> {
    switch (question.action) {
      case 'confirm':
        return this.#confirm(requester, question)
      case 'confirm-delete':
        return this.act(requester, { kind: 'delete', jobId: question.id })
      case 'forget':
        return this.#forget(requester)
    }
  }

  /** Executes a command. Rejects if the database fails. */
  command(name: CommandName, typed: TypedOptions, { caller, words }: Requester): Promise<CommandReply> {
    const { easel, ids, clock, prefix } = this.#parts
    return runCommand(name, typed, { easel, ids, caller, words, nowMs: clock.now(), prefix })
  }

  /** Waits briefly for a delivery and returns a message on its status; undefined if none is needed. */
  deliveryStatus(
    { caller, words }: Requester,
    deliveryId: string,
    remedyFor?: (refusal: Refusal) => string[],
  ): Promise<Message | undefined> {
    return showStatusMessage(this.#parts.easel, deliveryId, caller, words, remedyFor)
  }

  remixStart(
    { caller }: Requester,
    pictureId: string,
  ): { kind: 'form'; start: RemixValues } | { kind: 'refused'; problems: Problem[] } {
    const start = this.#parts.easel.remixStart(pictureId, caller)
    if (start === undefined) return { kind: 'refused', problems: [problem('picture-gone', {})] }
    const { prompt, prompt2, negative } = start
    return { kind: 'form', start: { pictureId, prompt: formatPrompts({ prompt, prompt2 }), negative } }
  }

  async saveSettings({ caller, words }: Requester, settings: PersonSettings): Promise<ChatReply> {
    const outcome = await this.#parts.easel.saveSettings(caller.person, settings)
    return outcome.kind === 'refused'
      ? outcome
      : { kind: 'message', message: textMessage(words.chat.settings.saved) }
  }

  formChoices(): FormChoices {
    const { easel, maxCount } = this.#parts
    return {
      models: easel.models().map(({ name }) => name),
      loras: easel.fileNames('lora'),
      styles: easel.styles(),
      controlNets: easel.fileNames('controlnet'),
      ipAdapters: easel.fileNames('ip-adapter'),
      maxCount,
    }
  }

  /** Submits the confirmed request with its original conversation and event, and the details of the press. */
  async #confirm(requester: Requester, question: Question): Promise<ChatReply> {
    const { caller, words } = requester
    const pending = await findPending(this.#parts.easel, question.id, caller.person)
    if (pending.kind === 'none') return { kind: 'message', message: textMessage(words.chat.confirm.tooLate) }
    if (pending.kind === 'not-yours') return { kind: 'refused', problems: [problem('not-yours', {})] }
    const { request, eventId } = pending
    const conversation = { ...pending.conversation, details: caller.conversation.details }
    const again = { ...caller, conversation, eventId }
    return this.imagine({ words, caller: again }, request, { confirmed: true })
  }

  async #forget({ caller, words }: Requester): Promise<ChatReply> {
    const { easel } = this.#parts
    const outcome = await easel.forget(caller.person)
    const done = words.forget.done(outcome.count)
    const undeletable = this.#undeletable(outcome, words)
    return { kind: 'message', message: await deletionReply(easel, outcome.jobIds, done, words, undeletable) }
  }

  /** The sentence on replies to one person that the platform does not let Easel delete; empty if there are none. */
  #undeletable({ undeletableReplies }: { undeletableReplies: number }, words: Words): string[] {
    return undeletableReplies === 0
      ? []
      : [words[this.#parts.platform].replies.undeletable(undeletableReplies)]
  }
}

/** The first sentence as the title, the others as lines. */
export function problemMessage(problems: readonly Problem[], words: Words): Message {
  const [first = '', ...more] = problemSentences(problems, words)
  return textMessage(first, more)
}

/** `pendingId` identifies the request that waits for its author's confirmation. */
function replyOf(
  outcome: Exclude<ActOutcome, { kind: 'deleted' }>,
  words: Words,
  pendingId: string,
  prefix: string,
): ChatReply {
  const { replies } = words.chat
  switch (outcome.kind) {
    case 'accepted': {
      const { jobs, notices, undelivered } = outcome
      const [first, ...more] = [
        ...problemSentences(notices, words),
        ...undeliveredLines(undelivered, words, prefix),
      ]
      const jobIds = undelivered.map(({ job }) => job.id)
      return first === undefined
        ? { kind: 'accepted', jobs }
        : { kind: 'accepted', jobs, message: { ...textMessage(first, more), jobIds } }
    }
    case 'duplicate':
      return { kind: 'none' }
    case 'refused':
      return outcome
    case 'confirm':
      return { kind: 'message', message: confirmationMessage(outcome.prompts, words, pendingId) }
    case 'info':
      return { kind: 'message', message: infoMessage(outcome.job, outcome.picture, words) }
    case 'cancelled':
      return { kind: 'message', message: textMessage(replies.cancelled) }
  }
}

function confirmationMessage(prompts: readonly string[], words: Words, pendingId: string): Message {
  const { confirm } = words.chat
  const lines = prompts.slice(0, shownPrompts).map((prompt, i) => `${i + 1}. ${shorten(prompt, 200)}`)
  if (prompts.length > shownPrompts) lines.push(confirm.more(prompts.length - shownPrompts))
  const label = confirm.yes(prompts.length)
  const button = { action: 'confirm', targetId: pendingId, label, style: 'primary' } as const
  return { ...textMessage(confirm.title(prompts.length), lines), buttons: [[button]] }
}
