/** Forms from their opening to their submission: /imagine without text, Remix, Use as source, settings. */
import type { ImagineRequest } from '../../../app/requests.ts'
import { maxDownloadBytes } from '../../../net/download.ts'
import { textMessage } from '../../messages/message.ts'
import type { Asker } from '../inbound/request-context.ts'
import { act, type Desk, formChoices, imagine } from '../inbound/handler-context.ts'
import { type FormOrigin, readMetadata, writeMetadata } from './metadata.ts'
import { openView } from './open-view.ts'
import { formErrors, paintView, readPaintForm, sourceId } from './paint-form.ts'
import { type Payload, render } from '../outbound/render.ts'
import { readSettingsForm } from './settings-form.ts'

/** What the submission of a form comes to: shown beside its fields, or closed and said elsewhere. */
export type Submitted =
  | { kind: 'wrong'; errors: Record<string, string> }
  | { kind: 'closed'; payload?: Payload }

export async function openPaintForm(
  desk: Desk,
  asker: Asker,
  triggerId: string,
  start: { source?: FormOrigin['source']; remixOf?: string; prompt?: string; negative?: string } = {},
): Promise<Payload | undefined> {
  const { source, remixOf, ...shown } = start
  const origin: FormOrigin = {
    ...asker.place,
    ...(source === undefined ? {} : { source }),
    ...(remixOf === undefined ? {} : { remixOf }),
  }
  const defaults = remixOf === undefined ? desk.easel.settings(asker.caller.person) : {}
  const metadata = writeMetadata(desk.formSecret, origin)
  const view = paintView({ origin, metadata, defaults, ...shown }, formChoices(desk), asker.words)
  return openView(desk, asker, triggerId, view)
}

/** Where the form was opened; undefined for a form that we did not open. */
export function originOf(desk: Desk, metadata: string): FormOrigin | undefined {
  return readMetadata(desk.formSecret, metadata)
}

export async function submitPaintForm(
  desk: Desk,
  asker: Asker,
  origin: FormOrigin,
  values: unknown,
): Promise<Submitted> {
  const { words, workspace, place } = asker
  const read = readPaintForm(values, origin, words)
  if (read.kind === 'wrong') return read
  const request = await withFile(desk, asker, read.request, read.fileId)
  if ('wrong' in request) return { kind: 'wrong', errors: { [sourceId]: request.wrong } }

  const whisper = (payload: Payload) =>
    desk.messages.whisper(workspace, place, asker.caller.person.userId, payload)
  const { outcome, payload } =
    origin.remixOf === undefined
      ? await imagine(desk, asker, request, whisper)
      : await act(desk, asker, { kind: 'remix', pictureId: origin.remixOf, request }, whisper)
  if (outcome.kind === 'refused') return { kind: 'wrong', errors: formErrors(outcome.problems, words) }
  return payload === undefined ? { kind: 'closed' } : { kind: 'closed', payload }
}

export async function submitSettings(desk: Desk, asker: Asker, values: unknown): Promise<Submitted> {
  const { words, caller } = asker
  const read = readSettingsForm(values, words)
  if (read.kind === 'wrong') return read
  await desk.easel.saveSettings(caller.person, read.settings)
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
  desk: Desk,
  { workspace, words }: Asker,
  request: ImagineRequest,
  fileId: string | undefined,
): Promise<ImagineRequest | { wrong: string }> {
  if (fileId === undefined) return request
  const { said } = words.slack
  const download = await desk.downloads.fetch(workspace, fileId)
  if (download.kind === 'gone') return { wrong: said.pictureGone }
  if (download.kind === 'too-large') return { wrong: said.tooLarge(maxDownloadBytes / 1024 / 1024) }
  return { ...request, source: { kind: 'bytes', bytes: download.bytes } }
}
