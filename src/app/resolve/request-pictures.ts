/** The pictures of a request, by their use. */
import type { GivenPicture, ImagePromptRequest, ImagineRequest } from '../requests.ts'

/** What a picture that comes along is for: each has its option, its form field and its label. */
export const pictureUses = ['source', 'mask', 'controlPicture', 'promptPicture'] as const
export type PictureUse = (typeof pictureUses)[number]

/** `source`, `mask`, and by its number what each ControlNet and each image prompt looks at. */
export type PicturePlace = 'source' | 'mask' | `control ${number}` | `prompt ${number}`

/**
 * Every place that a picture is given for. A ControlNet or image prompt that names none takes the next of those that came
 * along, the last of them for all the rest; a ControlNet without any takes the source.
 */
export function picturesOf(request: ImagineRequest): Map<PicturePlace, GivenPicture> {
  const { source, mask, controls = [], controlPictures = [], promptPictures = [] } = request
  const places = new Map<PicturePlace, GivenPicture>()
  const put = (place: PicturePlace, picture: GivenPicture | undefined) => {
    if (picture) places.set(place, picture)
  }
  put('source', source)
  put('mask', mask)
  const ofControls = dealt(controls, controlPictures)
  for (const [i, picture] of ofControls.entries()) put(`control ${i}`, picture ?? source)
  for (const [i, picture] of dealt(imagePromptsOf(request), promptPictures).entries())
    put(`prompt ${i}`, picture)
  return places
}

/** A picture that came along as a prompt, and nothing said of it, is one in the usual way. */
export function imagePromptsOf({
  imagePrompts,
  promptPictures = [],
}: ImagineRequest): readonly ImagePromptRequest[] {
  return imagePrompts ?? promptPictures.map(() => ({}))
}

function dealt(
  requested: readonly { pictureId?: string }[],
  given: readonly GivenPicture[],
): (GivenPicture | undefined)[] {
  let next = 0
  return requested.map(({ pictureId }) => {
    if (pictureId !== undefined) return { kind: 'stored', pictureId }
    const picture = given[Math.min(next, given.length - 1)]
    next += 1
    return picture
  })
}

export function withPicture(request: ImagineRequest, use: PictureUse, bytes: Uint8Array): ImagineRequest {
  const picture = { kind: 'bytes', bytes } as const
  switch (use) {
    case 'source':
    case 'mask':
      return { ...request, [use]: picture }
    case 'controlPicture':
      return { ...request, controlPictures: [...(request.controlPictures ?? []), picture] }
    case 'promptPicture':
      return { ...request, promptPictures: [...(request.promptPictures ?? []), picture] }
  }
}

/**
 * What pictures beside plain words are for, in their order: each ControlNet and each image prompt that names no picture of
 * its own takes one, then comes the source. A strength speaks of the source: then the first is that.
 */
export function usesInWords({ controls = [], imagePrompts = [], strength }: ImagineRequest): PictureUse[] {
  const guides = [
    ...controls.flatMap(({ pictureId }) => (pictureId === undefined ? ['controlPicture' as const] : [])),
    ...imagePrompts.flatMap(({ pictureId }) => (pictureId === undefined ? ['promptPicture' as const] : [])),
  ]
  return strength === undefined ? [...guides, 'source'] : ['source', ...guides]
}
