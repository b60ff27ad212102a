/** The log: one JSON line per event, safe to print on a terminal, without secrets, and without prompts above debug. */

import { type LoggerOptions, type Logger as PinoLogger, pino } from 'pino'
import type { LogLevel } from '../common/choices.ts'
import { withVisibleControls } from '../common/visible-controls.ts'
import { AppError } from '../errors/errors.ts'
import type { Clock, Logger } from './ports.ts'
import { createRedactor } from './redactor.ts'

export interface LogParts {
  level: LogLevel
  clock: Pick<Clock, 'now'>
  /** Values that must never be written. */
  secrets: readonly string[]
  /** Receives whole lines, each ending in \n. */
  write(line: string): void
}

/** A logger whose lines contain `level`, `time` (ISO 8601), `msg` and the given fields. */
export function createLogger(parts: LogParts): Logger {
  const redact = createRedactor(parts.secrets)
  const isSilent = parts.level === 'silent'
  const options: LoggerOptions = {
    level: isSilent ? 'error' : parts.level,
    base: null,
    timestamp: () => `,"time":"${new Date(parts.clock.now()).toISOString()}"`,
    formatters: { level: label => ({ level: label }) },
  }
  // JSON does not escape some control characters. They are escaped like the others, so they parse to the same text.
  const clean = (line: string) => `${withVisibleControls(redact(line.slice(0, -1)))}\n`
  const log = pino(options, { write: line => parts.write(clean(line)) })
  return wrap(log, isSilent ? isDefect : () => true)
}

function isDefect(fields: object): boolean {
  return Object.values(fields).some(value => value instanceof AppError && value.code === 'internal')
}

function wrap(log: PinoLogger, isWritten: (fields: object) => boolean): Logger {
  return {
    debug: (fields, message) => log.debug(plain(fields, true), message),
    info: (fields, message) => log.info(plain(fields, false), message),
    warn: (fields, message) => log.warn(plain(fields, false), message),
    error(fields, message) {
      if (isWritten(fields)) log.error(plain(fields, false), message)
    },
    child: fields => wrap(log.child(plain(fields, false)), isWritten),
  }
}

/** Fields with user text, which is personal and not for the operators' log. */
const promptKeys = new Set([
  'prompt',
  'prompt2',
  'prompts',
  'promptAsTyped',
  'positive',
  'positive2',
  'negative',
  'text',
])

/** The maximum depth in a log line; it also ends cycles. */
const maxDepth = 6

/** A JSON copy of `value`: errors as objects, bytes as their count, prompts removed unless `withPrompts`. */
function plain(value: object, withPrompts: boolean): object {
  const copy = copyOf(value, withPrompts, 0)
  return typeof copy === 'object' && copy !== null ? copy : { value: copy }
}

function copyOf(value: unknown, withPrompts: boolean, depth: number): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return '[function]'
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxDepth) return '[deeper]'
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.map(item => copyOf(item, withPrompts, depth + 1))
  const entries = value instanceof Error ? errorEntries(value) : Object.entries(value)
  return Object.fromEntries(
    entries.map(([key, item]) => [
      key,
      promptKeys.has(key) && !withPrompts ? '[prompt]' : copyOf(item, withPrompts, depth + 1),
    ]),
  )
}

function errorEntries(error: Error): [string, unknown][] {
  const known: [string, unknown][] = [
    ['name', error.name],
    ['message', error.message],
    ['stack', error.stack],
  ]
  if (error instanceof AppError) known.push(['code', error.code], ['details', error.details])
  if (error.cause !== undefined) known.push(['cause', error.cause])
  return known
}
