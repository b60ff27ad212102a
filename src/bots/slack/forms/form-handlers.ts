/** Form handlers: open forms and handle submissions, for /imagine without text, Remix, Use as source and settings. */
import { problemSentence, type Words } from '../../../words/en.ts'
import { inUtc } from '../../../words/moment.ts'
import type { ChatReply } from '../../chat/chat.ts'
import type { FieldProblem } from '../../chat/flag-fields.ts'
import { withFiles } from '../../chat/given-pictures.ts'
import { fieldOfProblem, promptField, typedForm } from '../../chat/paint-form.ts'
import { readSettings, typedSettings } from '../../chat/settings-form.ts'
import { textMessage } from '../../messages/message.ts'
import {
  act,
  ephemeralSender,
  type HandlerContext,
  imagine,
  payloadOf,
  permissionHint,
} from '../inbound/handler-context.ts'
import type { RequestContext } from '../inbound/request-context.ts'
import { withTypedText } from '../inbound/returned-text.ts'
import type { SendEphemeral } from '../outbound/ephemeral-messages.ts'
import { type Payload, render } from '../outbound/render.ts'
import { ViewValues } from './fields.ts'
import { type FormOrigin, readMetadata, writeMetadata } from './metadata.ts'
import { openView } from './open-view.ts'
import { paintView, readPaintView } from './paint-form.ts'
import type { Submitted } from './submission.ts'

export async function openPaintForm(
  context: HandlerContext,
  requester: RequestContext,
  triggerId: string,
  start: { source?: FormOrigin['source']; remixOf?: string; prompt?: string; negative?: string } = {},
): Promise<Payload | undefined> {
  const obstacle = await permissionHint(context, requester, 'lately')
  // A form whose request could not be accepted is not opened.
  if (obstacle !== undefined) return render(textMessage(obstacle), requester.words)
  const { source, remixOf, ...shown } = start
  const origin: FormOrigin = {
    ...requester.place,
    ...(source === undefined ? {} : { source }),
    ...(remixOf === undefined ? {} : { remixOf }),
  }
  const defaults = remixOf === undefined ? context.easel.settings(requester.caller.person) : {}
  const metadata = writeMetadata(context.formSecret, origin)
  const view = paintView(
    { origin, metadata, defaults, ...shown },
    context.chat.formChoices(),
    requester.words,
  )
  return openView(context, requester, triggerId, view)
}

/** The origin of a form; undefined for a form that Easel did not open. */
export function originOf(context: HandlerContext, metadata: string): FormOrigin | undefined {
  return readMetadata(context.formSecret, metadata)
}

export async function submitPaintForm(
  context: HandlerContext,
  requester: RequestContext,
  origin: FormOrigin,
  values: unknown,
): Promise<Submitted> {
  const { workspace } = requester
  // The form stays open, so its input is not lost while somebody invites the bot.
  const obstacle = await permissionHint(context, requester, 'now')
  if (obstacle !== undefined) return { kind: 'wrong', errors: { [promptField]: obstacle } }
  const read = readPaintView(values, origin)
  const fetch = (fileId: string) => context.downloads.fetch(workspace, fileId)
  const request = await withFiles(read.request, read.files, fetch)

  // A conversation that Easel cannot look up, such as one between people, refuses the result when the form is closed.
  const send = ephemeralSender(context, requester)
  const sendEphemeral: SendEphemeral = async payload =>
    send(await withTypedText(payload, typedInPaintForm(values), send, requester.words))
  const reply =
    origin.remixOf === undefined
      ? await imagine(context, requester, request, sendEphemeral)
      : await act(context, requester, { kind: 'remix', pictureId: origin.remixOf, request }, sendEphemeral)
  return outcomeOf(context, requester, reply, read.fieldProblems)
}

export async function submitSettings(
  context: HandlerContext,
  requester: RequestContext,
  values: unknown,
): Promise<Submitted> {
  const { words } = requester
  const read = readSettings(new ViewValues(values))
  if (read.kind === 'refused') return { kind: 'wrong', errors: fieldErrors(read.problems, words) }
  return outcomeOf(context, requester, await context.chat.saveSettings(requester, read.settings))
}

/** `known`: the fields of problems of reading. The other problems are of a field by their code. */
async function outcomeOf(
  context: HandlerContext,
  requester: RequestContext,
  reply: ChatReply,
  known: readonly FieldProblem[] = [],
): Promise<Submitted> {
  if (reply.kind === 'refused') {
    const problems = reply.problems.map(
      problem => known.find(read => read.problem === problem) ?? { field: fieldOfProblem(problem), problem },
    )
    return { kind: 'wrong', errors: fieldErrors(problems, requester.words) }
  }
  const payload = await payloadOf(context, requester, reply)
  return payload === undefined ? { kind: 'closed' } : { kind: 'closed', payload }
}

/** The filled fields of a form as a command. */
export function typedInPaintForm(values: unknown): string {
  return `/imagine ${typedForm(new ViewValues(values))}`
}

/** The filled fields of the defaults as flags. */
export function typedInSettingsForm(values: unknown): string {
  return typedSettings(new ViewValues(values))
}

/** Each problem as a sentence beside its field. */
function fieldErrors(problems: readonly FieldProblem[], words: Words): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const { field, problem } of problems) {
    const sentence = inUtc(problemSentence(words, problem))
    errors[field] = errors[field] === undefined ? sentence : `${errors[field]} ${sentence}`
  }
  return errors
}
