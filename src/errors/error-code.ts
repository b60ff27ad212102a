/** The code of an error from a library or the system: names the cause in every language, unlike its message. */

/** The `code` of the innermost error that has one ("ECONNREFUSED", "50001"), otherwise its class ("TimeoutError"). */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return errorCode(error.cause)
  return 'code' in error ? String(error.code) : error.name
}

/** Whether the system says that there is no such file or folder. */
export function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT'
}
