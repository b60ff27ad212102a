/** Ports to the outside world: time, identifiers, randomness and the log. They are parameters without default instances. */

/** Time. `now` is for people and records, `monotonicMs` for durations and leases (it never jumps). */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds since an arbitrary start; never goes back, whatever happens to the wall clock. */
  monotonicMs(): number
  /** Calls `fire` once, not before `delayMs` have passed by `monotonicMs`; the returned function cancels it. */
  after(delayMs: number, fire: () => void): () => void
}

/** Short unguessable identifiers, safe in URLs, file names and button ids: `[0-9a-z]{16}`. */
export interface Ids {
  next(): string
}

/** Randomness that need not be reproducible (the seed of a request without one). */
export interface Random {
  /** An integer from 0 to 2^32 - 1. */
  uint32(): number
}

/** Structured log lines. Prompts are logged at debug level only, secrets never. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: object): Logger
}
