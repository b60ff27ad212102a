/** The submitted form of the message field: the options besides the text, and the resulting request. */
import { z } from 'zod'
import type { ImagineRequest } from '../../../app/requests.ts'
import { type PictureUse, pictureUses, withPicture } from '../../../app/resolve/request-pictures.ts'
import { readFlagFields } from '../../chat/flag-fields.ts'
import { withProblems } from '../../grammar/command-line.ts'
import type { FlagName } from '../../grammar/flags.ts'

/** Flags with a form field. */
const flagFields = ['only-masked', 'control', 'image-prompt'] as const satisfies readonly FlagName[]
type FlagField = (typeof flagFields)[number]

/** The picture that a field refers to; without the picture the field is ignored. */
const picturesOfFlags: { readonly [Name in FlagField]?: PictureUse } = {
  'only-masked': 'mask',
  'image-prompt': 'promptPicture',
}

const picture = z.object({ name: z.string(), bytes: z.instanceof(Uint8Array) }).optional()
const flag = z.string().optional()

export const messageForm = z.object({
  text: z.string().optional(),
  /** Set instead of the text if the person chose an example. */
  example: z.string().optional(),
  once: z.string().max(64).optional(),
  confirmed: z.literal('yes').optional(),
  strength: z.coerce.number().optional(),
  ...({ source: picture, mask: picture, controlPicture: picture, promptPicture: picture } satisfies Record<
    PictureUse,
    unknown
  >),
  ...({ 'only-masked': flag, control: flag, 'image-prompt': flag } satisfies Record<FlagField, unknown>),
})

/** The options besides the text. */
export interface FormOptions {
  pictures: ReadonlyMap<PictureUse, Uint8Array>
  flags: ReadonlyMap<string, string>
  /** The value of the slider. */
  strength?: number | undefined
}

export const noOptions: FormOptions = { pictures: new Map(), flags: new Map() }

export function optionsIn(form: z.infer<typeof messageForm>): FormOptions {
  const pictures = new Map<PictureUse, Uint8Array>()
  for (const use of pictureUses) {
    const file = form[use]
    // A file field without a choice is submitted as an empty file without a name. Others are checked, also if they are empty.
    if (file && (file.name !== '' || file.bytes.byteLength > 0)) pictures.set(use, file.bytes)
  }
  const flags = new Map<string, string>()
  for (const name of flagFields) {
    const value = form[name]
    const about = picturesOfFlags[name]
    if (value && (about === undefined || pictures.has(about))) flags.set(name, value)
  }
  return { pictures, flags, strength: form.strength }
}

/** Adds the options to the text's request. The slider applies only with a source and without a strength flag. */
export function addOptions(
  request: ImagineRequest,
  { pictures, flags, strength }: FormOptions,
): ImagineRequest {
  let complete: ImagineRequest = { ...(pictures.has('source') ? { strength } : {}), ...request }
  const problems = readFlagFields({ text: name => flags.get(name) }, flagFields, complete)
  for (const [use, bytes] of pictures) complete = withPicture(complete, use, bytes)
  return withProblems(
    complete,
    problems.map(({ problem }) => problem),
  )
}
