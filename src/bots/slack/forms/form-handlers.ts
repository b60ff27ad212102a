/** Forms from their opening to their submission: /imagine without text, Remix, Use as source, settings. */
import type { ImagineRequest } from '../../../app/requests.ts'
import { maxDownloadBytes } from '../../../net/download.ts'
import { textMessage } from '../../messages/message.ts'
import { act, formChoices, type HandlerContext, imagine } from '../inbound/handler-context.ts'
import type { RequestContext } from '../inbound/request-context.ts'
import { type Payload, render } from '../outbound/render.ts'
import { type FormOrigin, readMetadata, writeMetadata } from './metadata.ts'
import { openView } from './open-view.ts'
import { formErrors, paintView, readPaintForm, sourceId } from './paint-form.ts'
import { readSettingsForm } from './settings-form.ts'

/** What the submission of a form comes to: shown beside its fields, or closed and said elsewhere. */
export type Submitted =
  | { kind: 'wrong'; errors: Record<string, string> }
  | { kind: 'closed'; payload?: Payload }

export async function openPaintForm(
  context: HandlerContext,
  requester: RequestContext,
  triggerId: string,
  start: { source?: FormOrigin['source']; remixOf?: string; prompt?: string; negative?: string } = {},
): Promise<Payload | undefined> {
  const { source, remixOf, ...shown } = start
  const origin: FormOrigin = {
    ...requester.place,
    ...(source === undefined ? {} : { source }),
    ...(remixOf === undefined ? {} : { remixOf }),
  }
  const defaults = remixOf === undefined ? context.easel.settings(requester.caller.person) : {}
  const metadata = writeMetadata(context.formSecret, origin)
  const view = paintView({ origin, metadata, defaults, ...shown }, formChoices(context), requester.words)
  return openView(context, requester, triggerId, view)
}

/** Where the form was opened; undefined for a form that we did not open. */
export function originOf(context: HandlerContext, metadata: string): FormOrigin | undefined {
  return readMetadata(context.formSecret, metadata)
}

export async function submitPaintForm(
  context: HandlerContext,
  requester: RequestContext,
  origin: FormOrigin,
  values: unknown,
): Promise<Submitted> {
  const { words, workspace, place } = requester
  const read = readPaintForm(values, origin, words)
  if (read.kind === 'wrong') return read
  const request = await withFile(context, requester, read.request, read.fileId)
  if ('wrong' in request) return { kind: 'wrong', errors: { [sourceId]: request.wrong } }

  const sendEphemeral = (payload: Payload) =>
    context.messages.postEphemeral(workspace, place, requester.caller.person.userId, payload)
  const { outcome, payload } =
    origin.remixOf === undefined
      ? await imagine(context, requester, request, sendEphemeral)
      : await act(context, requester, { kind: 'remix', pictureId: origin.remixOf, request }, sendEphemeral)
  if (outcome.kind === 'refused') return { kind: 'wrong', errors: formErrors(outcome.problems, words) }
  return payload === undefined ? { kind: 'closed' } : { kind: 'closed', payload }
}

export async function submitSettings(
  context: HandlerContext,
  requester: RequestContext,
  values: unknown,
): Promise<Submitted> {
  const { words, caller } = requester
  const read = readSettingsForm(values, words)
  if (read.kind === 'wrong') return read
  const saved = await context.easel.saveSettings(caller.person, read.settings)
  if (saved.kind === 'refused') return { kind: 'wrong', errors: formErrors(saved.problems, words) }
  return { kind: 'closed', payload: render(textMessage(words.slack.settings.saved), words) }
}

/** Slack shows a sentence only beside a field that is there: what has none goes to the first. */
export function besideFields(
  errors: Record<string, string>,
  blocks: readonly { block_id?: string }[],
): Record<string, string> {
  const ids = blocks.map(block => block.block_id)
  const placed: Record<string, string> = {}
  for (const [id, sentence] of Object.entries(errors)) {
    const field = ids.includes(id) ? id : (ids[0] ?? id)
    placed[field] = placed[field] === undefined ? sentence : `${placed[field]} ${sentence}`
  }
  return placed
}

/** The request with the bytes of a file on Slack as its source, or a sentence why that cannot be. */
export async function withFile(
  context: HandlerContext,
  { workspace, words }: RequestContext,
  request: ImagineRequest,
  fileId: string | undefined,
): Promise<ImagineRequest | { wrong: string }> {
  if (fileId === undefined) return request
  const { replies } = words.slack
  const download = await context.downloads.fetch(workspace, fileId)
  if (download.kind === 'gone') return { wrong: replies.pictureGone }
  if (download.kind === 'too-large') return { wrong: replies.tooLarge(maxDownloadBytes / 1024 / 1024) }
  return { ...request, source: { kind: 'bytes', bytes: download.bytes } }
}
