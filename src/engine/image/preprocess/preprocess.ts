/** The preprocessors of control pictures that need image processing only. */
import type { Preprocessor } from '../../work-order.ts'
import type { Picture } from '../picture.ts'
import { blur } from './blur.ts'
import { canny } from './canny.ts'
import { tile } from './tile.ts'

const preprocessors: { readonly [Name in Preprocessor]: (picture: Picture) => Picture } = {
  none: picture => picture,
  canny,
  tile,
  blur,
}

/** Returns a picture of the same size. */
export function preprocess(name: Preprocessor, picture: Picture): Picture {
  return preprocessors[name](picture)
}
