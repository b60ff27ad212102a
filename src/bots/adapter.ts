/** The seam between a chat platform and the rest: what every adapter folder exports through its index. */
import type { Courier } from '../app/courier.ts'
import type { Easel } from '../app/easel.ts'
import type { Platform } from '../app/people.ts'
import type { Config, Secrets } from '../config.ts'
import type { Clock, Ids, Logger } from '../ports.ts'

/** What an adapter is given. It sees app/ through the facade alone. */
export interface AdapterParts {
  easel: Easel
  config: Config
  secrets: Secrets
  clock: Clock
  ids: Ids
  log: Logger
}

export interface Adapter {
  readonly platform: Platform
  readonly courier: Courier
  /** Where a browser finds it, once it has started; undefined where there is no such place. */
  readonly url?: string | undefined
  /** Resolves when people can use it; throws AppError with one clear sentence when it cannot start. */
  start(): Promise<void>
  /** Stops taking events, lets answers under way finish. */
  stop(): Promise<void>
}

/** An adapter without its token is simply off, and start says so. */
export type AdapterChoice = { kind: 'on'; adapter: Adapter } | { kind: 'off'; reason: string }

export type AdapterFactory = (parts: AdapterParts) => AdapterChoice
