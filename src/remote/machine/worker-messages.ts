/** The parts of a worker's messages that a shared device reads. The gateway validates the whole messages. */
import { z } from 'zod'
import { leavesBroken } from '../../engine/host/fault.ts'

export const aboutRun = z.looseObject({ kind: z.string(), runId: z.number() })
export const aboutWorker = z.looseObject({ kind: z.enum(['ready', 'broken', 'pong']) })
export const brokenMessage = z.looseObject({ fault: z.looseObject({ code: z.string() }) })

/** Whether the fault may have left the worker broken. */
export function isBreaking(message: unknown): boolean {
  const { success, data } = brokenMessage.safeParse(message)
  return success && leavesBroken.has(data.fault.code)
}
