/** The seam between a chat platform and the rest: what every adapter folder exports through its index. */
import type { Courier } from '../app/delivery/courier.ts'
import type { Easel } from '../app/easel.ts'
import type { Config } from '../config.ts'
import type { AppError } from '../errors.ts'
import type { ChatPlatform } from '../platforms.ts'
import type { Clock, Ids, Logger } from '../ports.ts'
import type { Secrets } from '../secrets.ts'
import type { Words } from '../words/en.ts'

/** A platform as the server and doctor know it: what it needs, what its service says, and how it is made. */
export interface AdapterModule {
  readonly platform: ChatPlatform
  /** Where it is on and cannot start, the server does not start either. */
  readonly isRequired: boolean
  /** Judged from the configuration and the environment alone. */
  setup(settings: AdapterSettings): AdapterSetup
  /** What the service and this machine say to a setup that is ready; never rejects. */
  diagnose(settings: DiagnosisSettings): Promise<Finding[]>
  /** Only for a setup that is ready. */
  create(parts: AdapterParts, documents: SealedDocuments): Adapter
}

export interface AdapterSettings {
  config: Config
  secrets: Secrets
}

export interface DiagnosisSettings extends AdapterSettings {
  words: Words
  /** An Easel on this configuration runs already: its ports are taken by itself. */
  isRunning: boolean
}

export type AdapterSetup =
  | { kind: 'ready' }
  /** Not wanted: switched off by a setting, or none of its secrets is there. */
  | { kind: 'off'; setting: string }
  | { kind: 'off'; missing: readonly string[] }
  /** Wanted, for some of its secrets are there; variables that are missing. */
  | { kind: 'incomplete'; missing: readonly string[] }
  /** A secret that is there cannot be right. */
  | { kind: 'wrong'; fault: AppError }

/** A line of doctor. `off` is no fault. */
export interface Finding {
  state: 'fine' | 'wrong' | 'off'
  detail: string
}

/** What an adapter is given. It sees app/ through the facade alone. */
export interface AdapterParts extends AdapterSettings {
  easel: Easel
  clock: Clock
  ids: Ids
  log: Logger
}

/** Where an adapter keeps encrypted documents; the database offers this. */
export interface SealedDocuments {
  save(id: string, sealed: Uint8Array): Promise<void>
  find(id: string): Uint8Array | undefined
  remove(id: string): Promise<void>
  ids(): string[]
}

/** How an adapter stands, told as it changes. */
export type AdapterStatus =
  /** The service cannot be reached yet; the adapter keeps trying. */
  | { kind: 'connecting' }
  /** The service has answered, people can use it. */
  | { kind: 'on' }
  /** The service refused us after `start` had resolved. */
  | { kind: 'refused'; fault: AppError }
  /** It works in part: one sentence on what is missing. */
  | { kind: 'warning'; sentence: string }

export type ReportStatus = (status: AdapterStatus) => void

export interface Adapter {
  readonly platform: ChatPlatform
  readonly courier: Courier
  /** Where a browser finds it, once it has started; undefined where there is no such place. */
  readonly url?: string | undefined
  /** Resolves when it is on or connecting, which `report` tells; rejects with an AppError where it cannot start. */
  start(report?: ReportStatus): Promise<void>
  /** Stops taking events, lets answers under way finish. */
  stop(): Promise<void>
}
