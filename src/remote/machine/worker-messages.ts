/** The parts of a worker's messages that a shared device reads. The gateway validates the whole messages. */
import { z } from 'zod'
import { leavesBroken } from '../../engine/host/fault.ts'

/** A message about one run. */
export const runMessage = z.looseObject({ kind: z.string(), runId: z.number() })
/** A message about the worker itself. */
export const workerMessage = z.looseObject({ kind: z.enum(['ready', 'broken', 'pong']) })
/** A message with a fault: `broken`, or `failed`. */
export const faultMessage = z.looseObject({ fault: z.looseObject({ code: z.string() }) })

/** Whether the fault may have left the worker broken. */
export function leavesWorkerBroken(message: unknown): boolean {
  const { success, data } = faultMessage.safeParse(message)
  return success && leavesBroken.has(data.fault.code)
}
