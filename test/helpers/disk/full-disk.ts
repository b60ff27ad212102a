/** A disk that is full for some statements, as SQLite says it. */
import type { TestEasel } from '../build-test-easel.ts'

export class FullDisk {
  /** The statements that it refuses. */
  refused: RegExp | undefined

  readonly beforeStatement = (sql: unknown): void => {
    if (!this.refused?.test(String(sql))) return
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
  }
}

/** Whether a device waits for room, with an end that cannot be recorded. */
export function endWaits({ log }: TestEasel): boolean {
  return log.faults.some(({ message }) => message === 'an ending could not be recorded yet')
}
