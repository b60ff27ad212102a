/** The interface of chat platforms: the exports of every adapter folder's index. */
import type { Courier } from '../app/delivery/courier.ts'
import type { Easel } from '../app/easel.ts'
import type { ChatPlatform } from '../common/platforms.ts'
import type { Config } from '../config/config.ts'
import type { Secrets } from '../config/secrets.ts'
import type { AppError } from '../errors/errors.ts'
import type { Clock, Ids, Logger } from '../system/ports.ts'
import type { Words } from '../words/en.ts'

/** A platform for the server and doctor: its requirements, a check against its service, and a factory. */
export interface AdapterModule {
  readonly platform: ChatPlatform
  /** The server does not start if this adapter is on and cannot start. */
  readonly isRequired: boolean
  /** Depends on the configuration and the environment only. */
  setup(settings: AdapterSettings): AdapterSetup
  /** Checks a ready setup against the service and this machine. Never rejects. */
  diagnose(settings: DiagnosisSettings): Promise<Finding[]>
  /** Loads the platform's library and makes the adapter. Requires a ready setup. */
  create(parts: AdapterParts, documents: SealedDocuments): Promise<Adapter>
}

export interface AdapterSettings {
  config: Config
  secrets: Secrets
}

export interface DiagnosisSettings extends AdapterSettings {
  words: Words
  /** An Easel with this configuration is running, so its ports are in use. */
  isRunning: boolean
}

export type AdapterSetup =
  | { kind: 'ready' }
  /** Disabled by a setting, or without any of its secrets. */
  | { kind: 'off'; setting: string }
  | { kind: 'off'; missing: readonly string[] }
  /** Some of its secrets are set; `missing` lists the others. */
  | { kind: 'incomplete'; missing: readonly string[] }
  /** A secret is invalid. */
  | { kind: 'wrong'; fault: AppError }

/** A line of doctor. `off` is not a fault. */
export interface Finding {
  state: 'fine' | 'wrong' | 'off'
  detail: string
}

/** The dependencies of an adapter. It uses app/ through the facade only. */
export interface AdapterParts extends AdapterSettings {
  easel: Easel
  clock: Clock
  ids: Ids
  log: Logger
}

/** The database's storage for an adapter's encrypted documents. */
export interface SealedDocuments {
  save(id: string, sealed: Uint8Array): Promise<void>
  find(id: string): Uint8Array | undefined
  remove(id: string): Promise<void>
  ids(): string[]
}

/** The status of an adapter, reported at each change. */
export type AdapterStatus =
  /** The service is unreachable; the adapter keeps retrying. */
  | { kind: 'connecting' }
  /** The service has responded, and people can use it. */
  | { kind: 'on' }
  /** The service refused Easel after `start` had resolved. */
  | { kind: 'refused'; fault: AppError }
  /** It works partially; the sentence says what is missing. */
  | { kind: 'warning'; sentence: string }

export type ReportStatus = (status: AdapterStatus) => void

export interface Adapter {
  readonly platform: ChatPlatform
  readonly courier: Courier
  /** The URL for browsers, after the start; undefined if there is none. */
  readonly url?: string | undefined
  /** Starts the adapter. Resolves when it is on or connecting, as `report` states. Rejects if it cannot start. */
  start(report?: ReportStatus): Promise<void>
  /** Stops accepting events and lets running replies finish. */
  stop(): Promise<void>
}
