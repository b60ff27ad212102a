/** The modal of an empty /imagine, Remix and Use as source. Pure. */
import type { ModalView } from '@slack/types'
import type { ImagineRequest } from '../../../app/requests.ts'
import { pictureUses } from '../../../app/resolve/request-pictures.ts'
import type { PersonSettings } from '../../../app/views/views.ts'
import type { Words } from '../../../words/en.ts'
import type { FieldProblem } from '../../chat/flag-fields.ts'
import type { GivenFiles } from '../../chat/given-pictures.ts'
import { type FormChoices, type PaintForm, paintFields, readPaintForm } from '../../chat/paint-form.ts'
import { inputBlocks, plain, ViewValues } from './fields.ts'
import { type FormOrigin, idsIn } from './metadata.ts'

export const paintForm = 'paint'

/** The initial values of the form. */
export interface FormStart {
  origin: FormOrigin
  /** Signed with the adapter's secret. */
  metadata: string
  prompt?: string
  negative?: string
  defaults: PersonSettings
}

export function paintView(start: FormStart, choices: FormChoices, words: Words): ModalView {
  const { form } = words.slack
  const { origin, prompt, negative, defaults } = start
  const titles = { new: form.title, remix: words.chat.remix, source: words.chat.useAsSource }
  const kind = kindOf(origin)
  const pictures = idsIn(origin.source)
  const fields = paintFields({ kind, prompt, negative, pictures, refine: defaults.refine }, choices, words)
  return {
    type: 'modal',
    callback_id: paintForm,
    private_metadata: start.metadata,
    title: plain(titles[kind]),
    submit: plain(form.submit),
    close: plain(form.close),
    blocks: inputBlocks(fields),
  }
}

export interface ReadPaintView {
  request: ImagineRequest
  /** Ids of the form's files, to be fetched before the request is made. */
  files: GivenFiles<string>
  /** The request's problems with their fields. */
  fieldProblems: FieldProblem[]
}

export function readPaintView(values: unknown, origin: FormOrigin): ReadPaintView {
  const filledIn = new ViewValues(values)
  const { request, which, fieldProblems } = readPaintForm(kindOf(origin), filledIn)
  const { source } = origin
  const ids = idsIn(source)
  const chosen = ids.find(id => id === which) ?? ids[0]
  if (source?.kind === 'stored' && chosen !== undefined) {
    request.source = { kind: 'stored', pictureId: chosen }
    request.parentPictureId = chosen
  }
  const files = pictureUses.flatMap(use => {
    const file = use === 'source' && source?.kind === 'file' ? chosen : filledIn.file(use)
    return file === undefined ? [] : [{ use, file }]
  })
  return { request, files, fieldProblems }
}

function kindOf({ remixOf, source }: FormOrigin): PaintForm['kind'] {
  if (remixOf !== undefined) return 'remix'
  return source === undefined ? 'new' : 'source'
}
