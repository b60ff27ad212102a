/** How a worker ended where no signal, exit code or exception tells it, as codes; words/ has their sentences. */
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
