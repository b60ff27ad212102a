/** Detects NaN and infinity in intermediate values. They are reported as a fault instead of giving a black picture. */
import { AppError, type NotFinitePlace } from '../../errors/errors.ts'

/** Returns the values. @throws AppError 'not-finite' when a value is NaN or infinite. */
export function requireFinite(values: Float32Array, where: NotFinitePlace): Float32Array {
  for (const value of values) {
    if (!Number.isFinite(value)) throw new AppError('not-finite', { where })
  }
  return values
}
