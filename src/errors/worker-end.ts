/** How a worker ended, as codes and exit codes; words/ has their sentences. Signals and exceptions stay as they are. */

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
