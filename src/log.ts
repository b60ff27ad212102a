/** The log: one JSON line per event, safe to print on a terminal, without secrets, and without prompts above debug. */
import { type LoggerOptions, type Logger as PinoLogger, pino } from 'pino'
import { AppError } from './errors.ts'
import type { Clock, Logger } from './ports.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LogParts {
  level: LogLevel
  clock: Pick<Clock, 'now'>
  /** Values that must never be written, whatever carries them. */
  secrets: readonly string[]
  /** Gets whole lines, each ending in \n. */
  write(line: string): void
}

/** A logger whose lines hold `level`, `time` (ISO 8601), `msg` and the given fields. */
export function createLogger(parts: LogParts): Logger {
  const scrub = scrubber(parts.secrets)
  const options: LoggerOptions = {
    level: parts.level,
    base: null,
    timestamp: () => `,"time":"${new Date(parts.clock.now()).toISOString()}"`,
    formatters: { level: label => ({ level: label }) },
  }
  return wrap(pino(options, { write: line => parts.write(scrub(line)) }))
}

function wrap(log: PinoLogger): Logger {
  return {
    debug: (fields, message) => log.debug(plain(fields, true), message),
    info: (fields, message) => log.info(plain(fields, false), message),
    warn: (fields, message) => log.warn(plain(fields, false), message),
    error: (fields, message) => log.error(plain(fields, false), message),
    child: fields => wrap(log.child(plain(fields, false))),
  }
}

/** Fields that hold what people wrote: theirs, so not for the log that operators keep. */
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

/** Deeper than this is not worth a log line, and a cycle ends here. */
const deepest = 6

/** A copy of `value` that is JSON: errors spelled out, bytes counted, prompts left out unless `withPrompts`. */
function plain(value: object, withPrompts: boolean): object {
  const copy = copyOf(value, withPrompts, 0)
  return typeof copy === 'object' && copy !== null ? copy : { value: copy }
}

function copyOf(value: unknown, withPrompts: boolean, depth: number): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return '[function]'
  if (typeof value !== 'object' || value === null) return value
  if (depth > deepest) return '[deeper]'
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

/** What tokens look like, for those that are not ours and for pieces of errors of others' libraries. */
const tokenPatterns = [
  // Slack: https://docs.slack.dev/authentication/tokens
  /\bx(?:ox[a-z]|app)-[\w-]{8,}/g,
  // Discord: user id, time and signature in base64url.
  /\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g,
  /\b(?:Bot|Bearer)\s+[\w.~+/=-]{16,}/g,
]

/**
 * Control characters that JSON leaves alone yet a terminal obeys or a reader is fooled by:
 * DEL and C1 (8-bit ANSI), line separators, marks of direction.
 */
const unsafeInTerminals = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** A shorter "secret" is a slip in the environment; replacing it would tear up every line. */
const shortestSecret = 6

/** A function that makes one log line fit to be seen. A secret is found as it is and as JSON writes it. */
function scrubber(secrets: readonly string[]): (line: string) => string {
  const values = secrets
    .filter(secret => secret.length >= shortestSecret)
    .flatMap(secret => [secret, JSON.stringify(secret).slice(1, -1)])
    // Longest first, so that a secret that contains another leaves no rest.
    .sort((a, b) => b.length - a.length)
  return line => {
    let clean = line
    for (const value of values) clean = clean.replaceAll(value, '[secret]')
    for (const pattern of tokenPatterns) clean = clean.replace(pattern, '[secret]')
    return clean.replace(
      unsafeInTerminals,
      character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  }
}
