/** What people type and press, turned into calls of the facade, and its outcomes into replies. Knows no HTTP. */
import type { Child } from 'hono/jsx'
import type { ActOutcome, Easel, ImagineOutcome } from '../../app/easel.ts'
import type { Caller, Person, Rights } from '../../app/people.ts'
import { requestOf } from '../../app/request-of-job.ts'
import type { ImagineRequest } from '../../app/requests.ts'
import { commandTooLong } from '../../app/text-limits.ts'
import type { JobView } from '../../app/views.ts'
import { nearestNames } from '../../nearest.ts'
import type { Words } from '../../words/en.ts'
import { formatRequest, parseCommand } from '../grammar/command-line.ts'
import { readSettings, type SettingsFields } from '../grammar/settings.ts'
import { actionOf, decodeButtonId } from '../messages/buttons.ts'
import {
  helpMessage,
  infoMessage,
  modelsMessage,
  queueMessage,
  usageMessage,
} from '../messages/command-messages.ts'
import { jobMessage, problemSentences } from '../messages/job-message.ts'
import { statsMessage } from '../messages/stats-message.ts'
import { ConfirmForm, MessageAnswer, RemixForm, SettingsForm, StatsAnswer } from './render-answer.tsx'
import { conversationOf } from './visitors.ts'

/** One thing that a person did. `once` names it: the same again is the same event. */
export interface Visit {
  person: Person
  rights: Rights
  once: string
  /** For the forms in the answer. */
  nextOnce: string
}

export interface SaidText {
  text: string
  source?: Uint8Array
  /** White is painted anew. */
  mask?: Uint8Array
  /** Where the slider stands; a flag in the text wins. */
  strength?: number
  confirmed: boolean
}

export type Reply =
  | { kind: 'accepted'; jobs: JobView[]; said: string[] }
  | { kind: 'refused'; said: string[] }
  | { kind: 'done'; said: string[] }
  | { kind: 'answer'; answer: Child }

export const answerNames = ['queue', 'models', 'usage', 'settings', 'help', 'stats'] as const
export type AnswerName = (typeof answerNames)[number]
const commandNames = [...answerNames, 'imagine', 'show', 'forget'] as const

const dayMs = 24 * 60 * 60 * 1000

export class Receiver {
  readonly #easel: Easel
  readonly #words: Words
  readonly #now: () => number

  constructor(easel: Easel, words: Words, now: () => number) {
    this.#easel = easel
    this.#words = words
    this.#now = now
  }

  /** A line from the field: a command, or plainly what to paint. */
  async say(said: SaidText, visit: Visit): Promise<Reply> {
    const tooLong = commandTooLong(said.text)
    if (tooLong) return this.#refused([tooLong])
    const [, typed, rest = ''] = /^\/([a-z]+)(?=\s|$)\s*(.*)$/is.exec(said.text.trim()) ?? []
    const name = typed?.toLowerCase()
    if (name === undefined || name === 'imagine') return this.#imagine(said, visit)
    const answer = answerNames.find(known => known === name)
    if (answer) return this.answer(answer, visit)
    if (name === 'show') return this.#show(rest.trim())
    if (name === 'forget') return this.#forget(rest.trim(), visit)
    const [nearest] = nearestNames(name, commandNames)
    return { kind: 'refused', said: [this.#words.web.said.unknownCommand(name, nearest)] }
  }

  /** A press of a button; `text` is what Remix's form holds. */
  async press(buttonId: string, text: string | undefined, visit: Visit): Promise<Reply> {
    const words = this.#words
    const button = decodeButtonId(buttonId)
    if (!button) return { kind: 'refused', said: [words.web.refused.unreadable] }
    const job = this.#easel.job(button.targetId) ?? this.#easel.picture(button.targetId)?.job
    // Two buttons of one page are two events.
    const caller = this.#caller({ ...visit, once: `${visit.once}:${buttonId}` }, job)
    const action = actionOf(button)
    if (action) return this.#replyTo(await this.#easel.act(action, caller), visit)
    if (text === undefined) return this.#remixForm(button.targetId, visit)
    const parsed = parseCommand(text)
    if (parsed.kind === 'refused') return this.#refused(parsed.problems)
    const { request } = parsed
    return this.#replyTo(
      await this.#easel.act({ kind: 'remix', pictureId: button.targetId, request }, caller),
      visit,
    )
  }

  /** One of the small commands. */
  answer(name: AnswerName, visit: Visit, days = 7): Reply {
    const words = this.#words
    const easel = this.#easel
    switch (name) {
      case 'queue':
        return this.#message(queueMessage(easel.queue(), words, visit.person))
      case 'models': {
        const offered = { models: easel.models(), samplers: easel.samplers(), styles: easel.styles() }
        return this.#message(modelsMessage(offered, words))
      }
      case 'usage':
        return this.#message(usageMessage(easel.usage(visit.person), words))
      case 'settings': {
        const models = easel.models().map(model => model.name)
        const form = { settings: easel.settings(visit.person), models, once: visit.nextOnce, words }
        return { kind: 'answer', answer: <SettingsForm {...form} /> }
      }
      case 'help':
        return this.#message(helpMessage(words))
      case 'stats': {
        const found = this.stats(days, visit)
        if (found.kind === 'refused') return this.#refused(found.problems)
        const message = statsMessage(found.stats, words)
        return { kind: 'answer', answer: <StatsAnswer message={message} days={days} words={words} /> }
      }
    }
  }

  /** The form of a person's own defaults, sent. */
  async saveSettings(fields: SettingsFields, visit: Visit): Promise<Reply> {
    const read = readSettings(fields)
    if (read.kind === 'refused') return this.#refused(read.problems)
    const saved = await this.#easel.saveSettings(visit.person, read.settings)
    if (saved.kind === 'refused') return this.#refused(saved.problems)
    return { kind: 'done', said: [this.#words.web.settings.saved] }
  }

  /** The figures of the last days, for admins. */
  stats(days: number, visit: Visit): ReturnType<Easel['stats']> {
    const toMs = this.#now()
    return this.#easel.stats({ fromMs: toMs - days * dayMs, toMs }, this.#caller(visit, undefined))
  }

  async #imagine(said: SaidText, visit: Visit): Promise<Reply> {
    const parsed = parseCommand(said.text)
    if (parsed.kind === 'refused') return this.#refused(parsed.problems)
    const request = withUpload(parsed.request, said)
    const { confirmed } = said
    const outcome = await this.#easel.imagine(request, this.#caller(visit, undefined), { confirmed })
    return this.#replyTo(outcome, visit, said)
  }

  #replyTo(outcome: ImagineOutcome | ActOutcome, visit: Visit, said?: SaidText): Reply {
    const words = this.#words
    switch (outcome.kind) {
      case 'accepted':
        return { kind: 'accepted', jobs: outcome.jobs, said: problemSentences(outcome.notices, words) }
      case 'duplicate':
        return { kind: 'accepted', jobs: outcome.jobs, said: [words.web.said.duplicate] }
      case 'refused':
        return this.#refused(outcome.problems)
      case 'confirm':
        return {
          kind: 'answer',
          answer: (
            <ConfirmForm
              prompts={outcome.prompts}
              text={said?.text ?? ''}
              strength={said?.strength}
              hasSource={said?.source !== undefined}
              hasMask={said?.mask !== undefined}
              once={visit.nextOnce}
              words={words}
            />
          ),
        }
      case 'info':
        return this.#message(infoMessage(outcome.job, outcome.picture, words))
      case 'cancelled':
        return { kind: 'done', said: [words.web.said.cancelled] }
      case 'deleted':
        return { kind: 'done', said: [words.web.said.deleted] }
    }
  }

  #remixForm(pictureId: string, visit: Visit): Reply {
    const found = this.#easel.picture(pictureId)
    if (!found) return this.#refused([{ code: 'picture-unknown', details: { id: pictureId } }])
    const { job } = found
    // The picture's own settings stay: only its words are offered for change.
    const { prompt, negative } = requestOf(job) ?? { prompt: job.promptAsTyped }
    const text = formatRequest({ prompt, negative }).replace(/^\/imagine ?/, '')
    return {
      kind: 'answer',
      answer: <RemixForm pictureId={pictureId} text={text} once={visit.nextOnce} words={this.#words} />,
    }
  }

  /** Brings a past result back, with all its buttons. */
  #show(id: string): Reply {
    if (id === '') return { kind: 'refused', said: [this.#words.web.said.showWhat] }
    const job = this.#easel.picture(id)?.job ?? this.#easel.job(id)
    if (!job) return this.#refused([{ code: 'picture-unknown', details: { id } }])
    return this.#message(jobMessage(job, this.#words))
  }

  async #forget(whom: string, visit: Visit): Promise<Reply> {
    const { said } = this.#words.web
    if (whom !== 'me') return { kind: 'refused', said: [said.forgetHow] }
    return { kind: 'done', said: [said.forgotten(await this.#easel.forget(visit.person))] }
  }

  #message(message: Parameters<typeof MessageAnswer>[0]['message']): Reply {
    return { kind: 'answer', answer: <MessageAnswer message={message} words={this.#words} /> }
  }

  #refused(problems: Parameters<typeof problemSentences>[0]): Reply {
    return { kind: 'refused', said: problemSentences(problems, this.#words) }
  }

  #caller(visit: Visit, job: JobView | undefined): Caller {
    return {
      person: visit.person,
      rights: visit.rights,
      conversation: conversationOf(job),
      eventId: `web:${visit.person.userId}:${visit.once}`,
      locale: this.#words.web.lang,
    }
  }
}

/** The uploaded pictures as source and mask; the slider counts only with a source and where no flag says otherwise. */
function withUpload(request: ImagineRequest, { source, mask, strength }: SaidText): ImagineRequest {
  return {
    ...(source ? { strength } : {}),
    ...request,
    ...(source ? { source: { kind: 'bytes', bytes: source } } : {}),
    ...(mask ? { mask: { kind: 'bytes', bytes: mask } } : {}),
  }
}
