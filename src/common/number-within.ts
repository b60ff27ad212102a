/** The zod schema of a number within bounds. */
import { z } from 'zod'
import type { Bounds } from './bounds.ts'

export function numberWithin({ min, max }: Bounds): z.ZodNumber {
  return z.number().min(min).max(max)
}
