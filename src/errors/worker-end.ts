/** How a worker ended: a code, an exit code, a signal or an exception. words/ has their sentences; an exception is for the log. */

/** The ends without a signal, an exit code or an exception. */
export const workerEndCodes = [
  /** Its machine does not answer. */
  'unresponsive',
  /** Messages between the machines were lost. */
  'messages-lost',
  'protocol-broken',
  /** Its result could not be taken from the store. */
  'result-lost',
  'gateway-stopped',
  /** Its machine ends before the run does. */
  'machine-stopped',
  'device-stopped',
  'device-missing',
  'never-started',
  'stopping',
] as const

export type WorkerEndCode = (typeof workerEndCodes)[number]

export function isWorkerEndCode(reason: string): reason is WorkerEndCode {
  return workerEndCodes.some(code => code === reason)
}

/** The reason of a worker that ended by itself. */
export function exitReason(code: number): string {
  return `exit code ${code}`
}

/** The exit code in a reason; undefined if the reason is another one. */
export function exitCodeOf(reason: string): string | undefined {
  return /^exit code (-?\d+)$/.exec(reason)?.[1]
}

/** Whether the reason is an exception, which is told to the log alone. The names of signals are the same in every language. */
export function isException(reason: string): boolean {
  return !isWorkerEndCode(reason) && exitCodeOf(reason) === undefined && !/^SIG[A-Z0-9]+$/.test(reason)
}
