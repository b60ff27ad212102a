/** Pictures of a request as they were admitted, by the place where each is used. */
import type { PicturePlace } from '../../src/app/resolve/request-pictures.ts'
import type { AdmittedPicture, ResolveContext } from '../../src/app/resolve/resolve.ts'

export function admitted(
  pictures: Partial<Record<PicturePlace, AdmittedPicture>>,
): Pick<ResolveContext, 'pictures'> {
  const places = new Map<PicturePlace, AdmittedPicture>()
  const names = Object.keys(pictures) as PicturePlace[]
  for (const place of names) {
    const picture = pictures[place]
    if (picture) places.set(place, picture)
  }
  return { pictures: places }
}
