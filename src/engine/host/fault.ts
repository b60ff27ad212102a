/** Transfers a fault from a worker to the main thread, as code and details, which are validated on arrival. */
import { z } from 'zod'
import { isErrorCode, readErrorDetails } from '../../errors/error-details.ts'
import { AppError, type ErrorCode, toAppError } from '../../errors/errors.ts'

const codes = z.custom<ErrorCode>(isErrorCode)

/** A fault as plain data. `stack` is for the log only. */
export const wireFault = z
  .object({ code: codes, details: z.unknown(), stack: z.string().optional() })
  .transform((fault, context) => {
    const details = readErrorDetails(fault.code, fault.details)
    if (details !== undefined) return { ...fault, details }
    context.addIssue(`details of ${fault.code}`)
    return z.NEVER
  })

/** The faults after which a session, or all of CUDA in its process, can stay broken. The next run gets a new worker. */
export const leavesBroken: ReadonlySet<string> = new Set<ErrorCode>([
  'out-of-memory',
  'device-failed',
  'weights-damaged',
])

export type WireFault = z.input<typeof wireFault>

/** Converts a thrown value to plain data. */
export function packFault(thrown: unknown): WireFault {
  const { code, details, stack, cause } = toAppError(thrown)
  return { code, details, stack: cause instanceof Error ? cause.stack : stack }
}

/** Restores the fault of the other side, with that side's stack as its cause. */
export function unpackFault(fault: z.output<typeof wireFault>): AppError {
  const cause = new Error('in the worker')
  if (fault.stack !== undefined) cause.stack = fault.stack
  return new AppError<ErrorCode>(fault.code, fault.details, cause)
}
