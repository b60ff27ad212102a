/** Pictures that browsers send: how large they may be, and how many are taken in at the same time. */
import type { Context, MiddlewareHandler, Next } from 'hono'
import { pictureUses } from '../../app/request-pictures.ts'
import { ByteBudget } from '../../net/byte-budget.ts'
import type { Clock } from '../../ports.ts'

/** Every picture of a form may have 10 MB; the rest of it is small. */
export const maxSourceMegabytes = 10
export const maxBodyBytes = (pictureUses.length * maxSourceMegabytes + 1) * 1024 * 1024

/** A form without pictures: such are taken in whatever else goes on. */
const smallBodyBytes = 256 * 1024
/** Reading a form takes several times its size in memory. */
const formsAtOnce = 3
const patienceMs = 20_000
const mostWaiting = 50

/** Lets large forms in as far as there is room; answers with `refuse` where there was none in time. */
export function uploadBudget(
  clock: Clock,
  refuse: (c: Context) => Response | Promise<Response>,
): MiddlewareHandler {
  const budget = new ByteBudget({ limitBytes: formsAtOnce * maxBodyBytes, patienceMs, mostWaiting, clock })
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

/** What the browser announces; one that does not may send as much as is allowed. */
function bodyBytes(c: Context): number {
  const announced = c.req.header('content-length')
  if (announced === undefined) return c.req.header('transfer-encoding') === undefined ? 0 : maxBodyBytes
  return Math.min(Number(announced), maxBodyBytes)
}
