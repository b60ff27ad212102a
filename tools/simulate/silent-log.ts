/** A log that nobody reads. */
import type { Logger } from '../../src/system/ports.ts'

export const silentLog: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
}
