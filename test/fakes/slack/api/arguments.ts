/** How Web API arguments arrive: strings of a form, JSON inside strings (docs.slack.dev/apis/web-api, POST bodies). */
import { z } from 'zod'

/** A form carries objects as JSON text; a JSON body carries them as they are. */
export function json<T>(inner: z.ZodType<T>): z.ZodType<T> {
  return z.preprocess((value, context) => {
    if (typeof value !== 'string') return value
    try {
      return JSON.parse(value)
    } catch {
      context.addIssue('invalid JSON')
      return z.NEVER
    }
  }, inner)
}

export const truthy = z.union([z.boolean(), z.enum(['true', 'false', '1', '0'])])
export const wholeNumber = z.coerce.number().int()
