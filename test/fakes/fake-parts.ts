/** Identifiers that count and a log that remembers, for tests. */
import type { Ids, Logger } from '../../src/system/ports.ts'

export class CountingIds implements Ids {
  #last = 0

  next(): string {
    this.#last += 1
    return `id${this.#last.toString(36).padStart(14, '0')}`
  }
}

/** Keeps every line; `faults` are those that no test should cause unknowingly. */
export class RememberingLog implements Logger {
  readonly lines: { level: string; fields: object; message: string }[] = []

  debug(fields: object, message: string): void {
    this.lines.push({ level: 'debug', fields, message })
  }
  info(fields: object, message: string): void {
    this.lines.push({ level: 'info', fields, message })
  }
  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', fields, message })
  }
  error(fields: object, message: string): void {
    this.lines.push({ level: 'error', fields, message })
  }
  child(): Logger {
    return this
  }

  get faults(): { level: string; fields: object; message: string }[] {
    return this.lines.filter(line => line.level === 'warn' || line.level === 'error')
  }
}
