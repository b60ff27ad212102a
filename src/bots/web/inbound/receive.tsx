/** Handles typed text, buttons and forms of the web chat with calls of the facade. Independent of HTTP. */
import type { Child } from 'hono/jsx'
import { commandTooLong } from '../../../app/checks/text-limits.ts'
import type { ActOutcome, Easel, ImagineOutcome } from '../../../app/easel.ts'
import type { Caller, Person } from '../../../app/people/people.ts'
import type { JobView } from '../../../app/views/views.ts'
import type { Clock, Ids } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import { inUtc } from '../../../words/moment.ts'
import { readPromptField } from '../../chat/flag-fields.ts'
import type { FormValues } from '../../chat/form-field.ts'
import { readSettings, settingsFields } from '../../chat/settings-form.ts'
import type { CommandReply } from '../../commands/command.ts'
import type { TypedOptions } from '../../commands/command-option.ts'
import {
  type CommandName,
  findCommand,
  helpLines,
  readTypedOptions,
  runCommand,
  wordsProblem,
} from '../../commands/commands.ts'
import { topicMessage } from '../../commands/topics.ts'
import { formatPrompts, parseCommand } from '../../grammar/command-line.ts'
import { decodeButtonId, meaningOf, type Question } from '../../messages/buttons.ts'
import { deletionQuestion } from '../../messages/deletion-question.ts'
import { infoMessage, pictureMessage } from '../../messages/info-message.ts'
import { jobMessage, problemSentences } from '../../messages/job-message.ts'
import {
  ConfirmForm,
  MessageAnswer,
  RemixForm,
  SettingsForm,
  StatsAnswer,
} from '../outbound/render-answer.tsx'
import { addOptions, type FormOptions, noOptions } from './message-form.ts'
import { anonymousViewer, conversationOf } from './visitors.ts'

/** One action of a person. `once` is its idempotency key. */
export interface RequestContext {
  person: Person
  /** Whether statistics of all people are offered. */
  seesStats: boolean
  once: string
  /** The idempotency key for forms in the reply. */
  nextOnce: string
}

export interface TypedText {
  text: string
  chosen?: FormOptions
  confirmed: boolean
}

export type Reply =
  | { kind: 'accepted'; jobs: JobView[]; sentences: string[] }
  | { kind: 'refused'; sentences: string[] }
  | { kind: 'done'; sentences: string[] }
  | { kind: 'answer'; answer: Child }

/** The prefix of typed commands. */
const prefix = '/'
/** One slash or more, also as Chinese keyboards type it, before a word with nothing but punctuation behind it, no further slash. */
const typedCommand = /^[/／]+(?=[a-z]+(?:(?![/／])\p{P})*(?:\s|$))/iu

export class Receiver {
  readonly #easel: Easel
  readonly #words: Words
  readonly #clock: Clock
  readonly #ids: Ids
  readonly #maxCount: number

  constructor(parts: { easel: Easel; words: Words; clock: Clock; ids: Ids; maxCount: number }) {
    this.#easel = parts.easel
    this.#words = parts.words
    this.#clock = parts.clock
    this.#ids = parts.ids
    this.#maxCount = parts.maxCount
  }

  /** Handles the text of the field: a command or a prompt. */
  async say(typed: TypedText, context: RequestContext): Promise<Reply> {
    const tooLong = [typed.text, ...(typed.chosen?.flags.values() ?? [])].flatMap(
      text => commandTooLong(text) ?? [],
    )
    if (tooLong.length > 0) return this.#refused(tooLong)
    const text = typed.text.trim()
    const command = typedCommand.exec(text)
    if (command === null) return this.#imagine(typed, context)
    const found = findCommand(text.slice(command[0].length))
    if (found.kind === 'unknown') return { kind: 'refused', sentences: [this.#unknownCommand(found)] }
    const { name, rest } = found
    const unused = wordsProblem(name, rest, prefix)
    if (unused) return this.#refused([unused])
    const reply = await this.command(name, readTypedOptions(name, rest), context)
    return reply === 'paint' ? this.#imagine(typed, context) : reply
  }

  /** Handles a press of a button; `text` is the content of the Remix form. */
  async press(buttonId: string, text: string | undefined, context: RequestContext): Promise<Reply> {
    const words = this.#words
    const button = decodeButtonId(buttonId)
    if (!button) return { kind: 'refused', sentences: [words.web.refused.unreadable] }
    const { targetId } = button
    const viewer = this.#caller(context, undefined)
    const job = this.#easel.job(targetId, viewer) ?? this.#easel.picture(targetId, viewer)?.job
    // Two buttons of one page have the same key but are two events.
    const caller = this.#caller({ ...context, once: `${context.once}:${buttonId}` }, job)
    const meaning = meaningOf(button)
    switch (meaning.kind) {
      case 'action':
        if (meaning.action.kind === 'delete') return this.#askToDelete(meaning.action.jobId, caller)
        return this.#replyTo(await this.#easel.act(meaning.action, caller), context)
      case 'answer':
        return this.#answer(meaning.question, caller, context)
      case 'topic': {
        const message = topicMessage(meaning.name, {
          easel: this.#easel,
          words: this.#words,
          helpLines: helpLines(this.#words, prefix),
        })
        return message
          ? this.#message(message)
          : { kind: 'refused', sentences: [this.#words.chat.replies.unknownButton] }
      }
      case 'more':
        return this.#more(meaning.pictureId, caller)
      case 'remix':
        return text === undefined
          ? this.#remixForm(meaning.pictureId, context)
          : this.#remix(meaning.pictureId, text, caller, context)
    }
  }

  #askToDelete(jobId: string, caller: Caller): Reply {
    const refusal = this.#easel.deletionProblem(jobId, caller)
    return refusal ? this.#refused([refusal]) : this.#message(deletionQuestion(jobId, this.#words))
  }

  /** Executes a confirmed question. */
  async #answer({ action, id }: Question, caller: Caller, context: RequestContext): Promise<Reply> {
    switch (action) {
      case 'forget':
        return this.#forget(context)
      case 'confirm-delete':
        return this.#replyTo(await this.#easel.act({ kind: 'delete', jobId: id }, caller), context)
      // Several jobs are confirmed by a form of their own.
      case 'confirm':
        return { kind: 'refused', sentences: [this.#words.web.refused.unreadable] }
    }
  }

  #more(pictureId: string, caller: Caller): Reply {
    const found = this.#easel.picture(pictureId, caller)
    return found
      ? this.#message(pictureMessage(found.job, found.picture, this.#words))
      : this.#refused([{ code: 'picture-gone', details: {} }])
  }

  async #remix(pictureId: string, text: string, caller: Caller, context: RequestContext): Promise<Reply> {
    const parsed = readPromptField(text)
    // The field contains the negative prompt too, so a negative prompt that was removed from the text is removed.
    const request = { ...parsed, negative: parsed.negative ?? '' }
    return this.#replyTo(await this.#easel.act({ kind: 'remix', pictureId, request }, caller), context)
  }

  /** A command with its options; 'paint' for /imagine, whose options are in the text and in the form. */
  async command(name: CommandName, typed: TypedOptions, context: RequestContext): Promise<Reply | 'paint'> {
    const words = this.#words
    const reply = await this.run(name, typed, context)
    switch (reply.kind) {
      case 'message':
        return this.#message(reply.message)
      case 'refused':
        return this.#refused(reply.problems)
      case 'deliver':
        return this.#message({ ...jobMessage(reply.job, words), jobIds: [reply.job.id] })
      case 'form': {
        const choices = {
          models: this.#easel.models().map(model => model.name),
          styles: this.#easel.styles(),
          maxCount: this.#maxCount,
        }
        const fields = settingsFields(this.#easel.settings(context.person), choices, words)
        const form = { fields, once: context.nextOnce, words }
        return { kind: 'answer', answer: <SettingsForm {...form} /> }
      }
      case 'stats': {
        const { message, days } = reply
        return { kind: 'answer', answer: <StatsAnswer message={message} days={days} words={words} /> }
      }
      case 'paint':
        return 'paint'
    }
  }

  run(name: CommandName, typed: TypedOptions, context: RequestContext): Promise<CommandReply> {
    return runCommand(name, typed, {
      easel: this.#easel,
      ids: this.#ids,
      caller: this.#caller(context, undefined),
      words: this.#words,
      nowMs: this.#clock.now(),
      prefix,
    })
  }

  /** Handles the submitted form of a person's defaults. */
  async saveSettings(values: FormValues, context: RequestContext): Promise<Reply> {
    const read = readSettings(values)
    if (read.kind === 'refused') return this.#refused(read.problems.map(({ problem }) => problem))
    const outcome = await this.#easel.saveSettings(context.person, read.settings)
    if (outcome.kind === 'refused') return this.#refused(outcome.problems)
    return { kind: 'done', sentences: [this.#words.chat.settings.saved] }
  }

  async #imagine(typed: TypedText, context: RequestContext): Promise<Reply> {
    const { confirmed, chosen = noOptions } = typed
    const request = addOptions(parseCommand(typed.text), chosen)
    const outcome = await this.#easel.imagine(request, this.#caller(context, undefined), { confirmed })
    return this.#replyTo(outcome, context, typed)
  }

  #replyTo(outcome: ImagineOutcome | ActOutcome, context: RequestContext, typed?: TypedText): Reply {
    const words = this.#words
    switch (outcome.kind) {
      case 'accepted':
        return { kind: 'accepted', jobs: outcome.jobs, sentences: problemSentences(outcome.notices, words) }
      case 'duplicate':
        return { kind: 'accepted', jobs: outcome.jobs, sentences: [words.web.done.duplicate] }
      case 'refused':
        return this.#refused(outcome.problems)
      case 'confirm':
        return {
          kind: 'answer',
          answer: (
            <ConfirmForm
              prompts={outcome.prompts}
              text={typed?.text ?? ''}
              chosen={typed?.chosen}
              once={context.nextOnce}
              words={words}
            />
          ),
        }
      case 'info':
        return this.#message(infoMessage(outcome.job, outcome.picture, words))
      case 'cancelled':
        return { kind: 'done', sentences: [words.web.done.cancelled] }
      case 'deleted':
        return { kind: 'done', sentences: [words.web.done.deleted] }
    }
  }

  #remixForm(pictureId: string, context: RequestContext): Reply {
    const start = this.#easel.remixStart(pictureId, this.#caller(context, undefined))
    if (!start) return this.#refused([{ code: 'picture-gone', details: {} }])
    const text = formatPrompts({ ...start, negative: start.negative || undefined })
    return {
      kind: 'answer',
      answer: <RemixForm pictureId={pictureId} text={text} once={context.nextOnce} words={this.#words} />,
    }
  }

  async #forget({ person }: RequestContext): Promise<Reply> {
    return { kind: 'done', sentences: [this.#words.forget.done((await this.#easel.forget(person)).count)] }
  }

  #unknownCommand({ typed, nearest }: { typed: string; nearest?: string }): string {
    const suggestion = nearest === undefined ? undefined : `${prefix}${nearest}`
    return this.#words.unknownCommand(`${prefix}${typed}`, suggestion, `${prefix}help`)
  }

  #message(message: Parameters<typeof MessageAnswer>[0]['message']): Reply {
    return { kind: 'answer', answer: <MessageAnswer message={message} words={this.#words} /> }
  }

  #refused(problems: Parameters<typeof problemSentences>[0]): Reply {
    return { kind: 'refused', sentences: problemSentences(problems, this.#words).map(inUtc) }
  }

  #caller(context: RequestContext, job: JobView | undefined): Caller {
    return {
      person: context.person,
      rights: anonymousViewer.rights,
      conversation: conversationOf(job),
      eventId: `web:${context.person.userId}:${context.once}`,
      locale: this.#words.web.lang,
    }
  }
}
