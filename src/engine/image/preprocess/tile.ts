/** The preprocessor for tile ControlNets, which add details to small pictures: scales a picture down and up again. */
import type { Picture } from '../picture.ts'
import { stretchPicture } from '../resize.ts'

/** The factor by which each side is reduced. */
const reduction = 4

export function tile(picture: Picture): Picture {
  const { widthPx, heightPx } = picture
  const small = (side: number) => Math.max(1, Math.round(side / reduction))
  return stretchPicture(stretchPicture(picture, small(widthPx), small(heightPx)), widthPx, heightPx)
}
