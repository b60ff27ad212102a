/** The pictures of a request, by their use. */
import type { GivenPicture, ImagePromptRequest, ImagineRequest } from '../requests.ts'

/** The uses of an uploaded picture. Each use has an option, a form field and a label. */
export const pictureUses = ['source', 'mask', 'controlPicture', 'promptPicture'] as const
export type PictureUse = (typeof pictureUses)[number]

/** `source`, `mask`, or the number of a ControlNet or image prompt. */
export type PicturePlace = 'source' | 'mask' | `control ${number}` | `prompt ${number}`

/**
 * The picture of each place. A ControlNet or image prompt without a picture id takes the next uploaded picture; the last
 * one serves all that remain. A ControlNet takes the source if there is no control picture.
 */
export function picturesOf(request: ImagineRequest): Map<PicturePlace, GivenPicture> {
  const { source, mask, controls = [], controlPictures = [], promptPictures = [] } = request
  const places = new Map<PicturePlace, GivenPicture>()
  const put = (place: PicturePlace, picture: GivenPicture | undefined) => {
    if (picture) places.set(place, picture)
  }
  put('source', source)
  put('mask', mask)
  const ofControls = assignPictures(controls, controlPictures)
  for (const [i, picture] of ofControls.entries()) put(`control ${i}`, picture ?? source)
  for (const [i, picture] of assignPictures(imagePromptsOf(request), promptPictures).entries())
    put(`prompt ${i}`, picture)
  return places
}

/** A prompt picture without options is an image prompt with the defaults. */
export function imagePromptsOf({
  imagePrompts,
  promptPictures = [],
}: ImagineRequest): readonly ImagePromptRequest[] {
  return imagePrompts ?? promptPictures.map(() => ({}))
}

function assignPictures(
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
      return { ...request, [use]: picture, ...overriddenBy(use, request) }
    case 'controlPicture':
      return { ...request, controlPictures: [...(request.controlPictures ?? []), picture] }
    case 'promptPicture':
      return { ...request, promptPictures: [...(request.promptPictures ?? []), picture] }
  }
}

/** The record of a stored picture that an attached one replaces. */
function overriddenBy(use: 'source' | 'mask', request: ImagineRequest): Pick<ImagineRequest, 'overridden'> {
  const before = request[use]
  if (before?.kind !== 'stored') return {}
  return { overridden: [...(request.overridden ?? []), { flag: `--${use}`, dropped: before.pictureId }] }
}

/**
 * The uses of pictures attached to a typed request, in their order: one for each ControlNet and image prompt without a
 * picture id, then the source. If a strength is given, the first picture is the source.
 */
export function attachmentUses({ controls = [], imagePrompts = [], strength }: ImagineRequest): PictureUse[] {
  const guides = [
    ...controls.flatMap(({ pictureId }) => (pictureId === undefined ? ['controlPicture' as const] : [])),
    ...imagePrompts.flatMap(({ pictureId }) => (pictureId === undefined ? ['promptPicture' as const] : [])),
  ]
  return strength === undefined ? [...guides, 'source'] : ['source', ...guides]
}
