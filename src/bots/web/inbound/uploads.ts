/** Limits of uploads: the size of pictures, and the number of concurrent large forms. */
import type { Context, MiddlewareHandler, Next } from 'hono'
import { largestPictureBytes } from '../../../common/bounds.ts'
import { ByteBudget } from '../../../net/byte-budget.ts'
import type { Clock } from '../../../system/ports.ts'

/** The pictures of a form together: two of the largest, or more that are smaller. The rest of a form is small. */
export const maxPicturesBytes = 2 * largestPictureBytes
export const maxBodyBytes = maxPicturesBytes + 1024 * 1024

/** The size of a form without pictures, which is always accepted. */
const smallBodyBytes = 256 * 1024
/** Reading a form takes several times its size in memory. */
const formsAtOnce = 3
const timeLimitMs = 20_000
const mostWaiting = 50

/** Accepts large forms while there is room; responds with `refuse` if there is none in time. */
export function uploadBudget(
  clock: Clock,
  refuse: (c: Context) => Response | Promise<Response>,
): MiddlewareHandler {
  const budget = new ByteBudget({ limitBytes: formsAtOnce * maxBodyBytes, timeLimitMs, mostWaiting, clock })
  return async (c: Context, next: Next) => {
    const bytes = bodyBytes(c)
    if (bytes <= smallBodyBytes) return next()
    const served = await budget.during(bytes, async () => {
      await next()
      return true
    })
    if (served === undefined) return refuse(c)
  }
}

/** The announced content length; the maximum if there is none. */
function bodyBytes(c: Context): number {
  const announced = c.req.header('content-length')
  if (announced === undefined) return c.req.header('transfer-encoding') === undefined ? 0 : maxBodyBytes
  return Math.min(Number(announced), maxBodyBytes)
}
