/** Checks whether a process runs on this machine. */

/** Whether the process runs. A process of another user counts as running. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
