/** How a fault crosses from a worker to the main thread: by its code and its details, validated on arrival. */
import { z } from 'zod'
import { AppError, deviceLacks, type ErrorCode, type ErrorDetails, toAppError } from '../../errors.ts'
import { pictureProblem } from '../../picture-problem.ts'

const text = z.string()
const number = z.number()

/** One schema per code, so that a new code cannot be forgotten here. */
const details: { [Code in ErrorCode]: z.ZodType<ErrorDetails[Code]> } = {
  'model-file': z.object({ file: text, problem: text }),
  'model-config': z.object({ file: text, key: text, problem: text }),
  'model-unknown': z.object({ name: text, known: z.array(text) }),
  'model-changed': z.object({ name: text }),
  'picture-unusable': z.object({ problem: pictureProblem }),
  file: z.object({ file: text, doing: z.enum(['read', 'write']), problem: text }),
  config: z.object({ file: text, key: text, problem: text }),
  'out-of-memory': z.object({ device: text }),
  'device-unusable': z.object({ device: text, lack: z.enum(deviceLacks), said: text }),
  'device-failed': z.object({ device: text, said: text }),
  'device-stalled': z.object({ device: text, silentMs: number }),
  'worker-died': z.object({ device: text, reason: text }),
  'took-worker-down': z.object({ crashes: number }),
  'source-removed': z.record(text, z.never()),
  'port-in-use': z.object({ host: text, port: number }),
  'data-folder-owned': z.object({ folder: text, pid: number }),
  'data-folder-read-only': z.object({ folder: text, problem: text }),
  'database-newer': z.object({ file: text, found: number, known: number }),
  storage: z.object({ problem: text }),
  'platform-refused': z.object({ platform: text, problem: text }),
  'platform-busy': z.object({ platform: text, retryAfterMs: number }),
  internal: z.object({ problem: text }),
}

const codes = z.custom<ErrorCode>(code => typeof code === 'string' && Object.hasOwn(details, code))

/** A fault as plain data. `stack` is for the log only. */
export const wireFault = z
  .object({ code: codes, details: z.unknown(), stack: z.string().optional() })
  .transform((fault, context) => {
    const parsed = details[fault.code].safeParse(fault.details)
    if (parsed.success) return { ...fault, details: parsed.data }
    context.addIssue(`details of ${fault.code}: ${parsed.error.message}`)
    return z.NEVER
  })

export type WireFault = z.input<typeof wireFault>

/** Whatever was thrown, ready to be posted. */
export function packFault(thrown: unknown): WireFault {
  const { code, details, stack, cause } = toAppError(thrown)
  return { code, details, stack: cause instanceof Error ? cause.stack : stack }
}

/** The fault as it was thrown on the other side, with that side's stack as its cause. */
export function unpackFault(fault: z.output<typeof wireFault>): AppError {
  const cause = new Error('in the worker')
  if (fault.stack !== undefined) cause.stack = fault.stack
  return new AppError<ErrorCode>(fault.code, fault.details, cause)
}
