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

/** Whether the reason is the name of a signal, which is the same in every language. */
export function isSignal(reason: string): boolean {
  return /^SIG[A-Z0-9]+$/.test(reason)
}
