/** Owns noticing numbers that are none: NaN or infinity on its way through a picture is a fault, never a black picture. */
import { AppError, type NotFinitePlace } from '../../errors.ts'

/** @throws AppError 'not-finite' at the first value that is NaN or infinite. */
export function requireFinite(values: Float32Array, where: NotFinitePlace): Float32Array {
  for (const value of values) {
    if (!Number.isFinite(value)) throw new AppError('not-finite', { where })
  }
  return values
}
