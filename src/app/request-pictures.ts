/** The pictures of a request, by the place where each is used. */
import type { GivenPicture, ImagePromptWish, ImagineRequest } from './requests.ts'

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
}: ImagineRequest): readonly ImagePromptWish[] {
  return imagePrompts ?? promptPictures.map(() => ({}))
}

function dealt(
  wishes: readonly { pictureId?: string }[],
  given: readonly GivenPicture[],
): (GivenPicture | undefined)[] {
  let next = 0
  return wishes.map(({ pictureId }) => {
    if (pictureId !== undefined) return { kind: 'stored', pictureId }
    const picture = given[Math.min(next, given.length - 1)]
    next += 1
    return picture
  })
}
