/** Limits of uploads: the size of pictures, and the bytes of large forms at one time, in all and of one address. */
import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'
import { maxPictureBytes } from '../../../common/bounds.ts'
import { ByteBudget } from '../../../net/byte-budget.ts'
import { ByteBudgetPerKey } from '../../../net/byte-budget-per-key.ts'
import type { Clock } from '../../../system/ports.ts'
import { unlessStalled } from './body-flow.ts'

/** The maximum bytes of all pictures of a form: two of the maximum size, or more that are smaller. The rest of a form is small. */
export const maxPicturesBytes = 2 * maxPictureBytes
export const maxBodyBytes = maxPicturesBytes + 1024 * 1024

/** The size of a form without pictures, which is always accepted. */
const smallBodyBytes = 256 * 1024
/** Reading a form takes several times its size in memory. */
const maxConcurrentForms = 3
const timeLimitMs = 20_000
const maxWaiting = 50
const maxWaitingOfAddress = 10

export interface UploadBudgetParts {
  clock: Clock
  /** The key of the address that a request comes from. */
  addressOf: (c: Context) => string
  /** The response to a form for which there was no room in time. */
  refuseBusy: (c: Context) => Response | Promise<Response>
  /** The response to a form whose body did not arrive completely. */
  refuseStalled: (c: Context) => Response | Promise<Response>
}

/**
 * Accepts large forms while there is room in the budget of their address, which holds one form of the maximum size, and in the
 * common budget. A form whose body stalls is refused.
 */
export function uploadBudget(parts: UploadBudgetParts): MiddlewareHandler<{ Bindings: HttpBindings }> {
  const { clock, addressOf } = parts
  const common = { timeLimitMs, clock }
  const budget = new ByteBudget({ ...common, limitBytes: maxConcurrentForms * maxBodyBytes, maxWaiting })
  const ofAddresses = new ByteBudgetPerKey({
    ...common,
    limitBytes: maxBodyBytes,
    maxWaiting: maxWaitingOfAddress,
  })
  return async (c, next) => {
    const bytes = bodyBytes(c)
    if (bytes <= smallBodyBytes) return next()
    const served = await ofAddresses.during(addressOf(c), bytes, () =>
      budget.during(bytes, async () => (await unlessStalled(c.env.incoming, clock, next)) ?? 'served'),
    )
    if (served === undefined) return parts.refuseBusy(c)
    if (served === 'stalled') {
      // The rest of the body is not read.
      c.header('Connection', 'close')
      return parts.refuseStalled(c)
    }
  }
}

/** The announced content length; the maximum if there is none. */
function bodyBytes(c: Context): number {
  const announced = c.req.header('content-length')
  if (announced === undefined) return c.req.header('transfer-encoding') === undefined ? 0 : maxBodyBytes
  return Math.min(Number(announced), maxBodyBytes)
}
