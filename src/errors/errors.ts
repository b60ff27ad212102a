/** The codes of all faults, each with the facts for its sentence. words/ turns codes into sentences. */
import type { ConfigIssue } from './config-problem.ts'
import type { FileProblem } from './file-problem.ts'
import type { ModelFetchProblem } from './model-fetch-problem.ts'
import type { ModelConfigProblem, ModelFileProblem } from './model-problem.ts'
import type { PictureProblem } from './picture-problem.ts'
import type { RedisProblem } from './redis-problem.ts'
import type { RefusalProblem } from './refusal-problem.ts'
import type { StorageProblem } from './storage-problem.ts'
import type { StoreProblem } from './store-problem.ts'
import { isException } from './worker-end.ts'

/** The places where a network may return NaN or infinity. */
export const notFinitePlaces = ['prompt', 'source', 'latents', 'picture'] as const
export type NotFinitePlace = (typeof notFinitePlaces)[number]

/** What is missing when a device cannot be used. */
export const deviceLacks = ['libraries', 'version', 'driver', 'device'] as const
export type DeviceLack = (typeof deviceLacks)[number]

/** What can happen to the database file while Easel runs, or before a start. */
export const databaseLosses = ['missing', 'replaced', 'damaged'] as const
export type DatabaseLoss = (typeof databaseLosses)[number]

/** Code → details. A new fault is one line here and one sentence per language, which the compiler requires. */
export interface ErrorDetails {
  /** A file of a model is missing, truncated or invalid. */
  'model-file': { file: string; problem: ModelFileProblem }
  /** A model's JSON has an unsupported value; an empty `key` means the whole file. */
  'model-config': { file: string; key: string; problem: ModelConfigProblem }
  /** No model of that name in the models folder. */
  'model-unknown': { name: string; known: string[] }
  /** The weights changed since the work order was accepted. */
  'model-changed': { name: string }
  /** A network returned NaN or infinity: its weights are damaged, or the VAE cannot run in half precision. */
  'not-finite': { where: NotFinitePlace }
  /** Cache files of weights do not have the bytes that were written; they are removed, and another try makes them anew. */
  'weights-damaged': { files: readonly string[] }
  /** A picture that a person gave cannot be used. */
  'picture-unusable': { problem: PictureProblem }
  /** A file named on the command line cannot be read or written. */
  file: { file: string; doing: 'read' | 'write'; problem: FileProblem }
  /** Easel's own configuration is wrong: `key` in `file`, or in the environment. `others`: what else is wrong there. */
  config: ConfigIssue & { file?: string | undefined; others?: ConfigIssue[] | undefined }
  /**
   * The device ran out of memory; another try gets a new worker. `lowMemoryLevel`: at which a picture was painted; workers of
   * earlier versions do not say it.
   */
  'out-of-memory': { device: string; lowMemoryLevel?: number | undefined }
  /** A network needs more memory than the device may use. */
  'memory-too-small': { device: string; neededBytes: number; budgetBytes: number }
  /** The device cannot be used at all; `message` is the runtime's. */
  'device-unusable': { device: string; lack: DeviceLack; message: string }
  /** The folder of CUDA's libraries lacks a part of ONNX Runtime. */
  'cuda-libraries': { folder: string; missing: string }
  /** The device failed while it painted. */
  'device-failed': { device: string; message: string }
  /** The device stopped answering. */
  'device-stalled': { device: string; silentMs: number }
  /** A worker died while it ran a job. `reason`: "exit code 3", "SIGSEGV", "RangeError: …", or a code of worker-end.ts. */
  'worker-died': { device: string; reason: string }
  /** A person, or the system's out-of-memory killer, ended a worker while it ran a job. */
  'worker-killed': { device: string; reason: string }
  /** The machine of a worker, or the way to it, was lost while it ran a job. */
  'worker-unreachable': { device: string; reason: string }
  /** A machine returned other pictures than the order asks for: their count, then width × height in pixels; absent: files that are no pictures. */
  'result-unfit': { device: string; found?: string | undefined; expected: string }
  /** A job crashed its worker or the process too often and is not tried again. */
  'took-worker-down': { crashes: number }
  /** The source picture was deleted while the job waited. */
  'source-removed': Record<string, never>
  /** The file of the source picture is not in the pictures folder, though nobody deleted the picture. */
  'source-file-missing': { file: string }
  /** A mask has no pixel of half brightness or more, so nothing would be painted anew. */
  'mask-empty': Record<string, never>
  /** The stored record of a job is damaged or of another version. */
  'record-unreadable': Record<string, never>
  /** The address to listen on is in use; `key` is the setting of the port. */
  'port-in-use': { host: string; port: number; key: 'web.port' | 'slack.port' }
  /** Another Easel owns the data folder. */
  'data-folder-owned': { folder: string; pid: number }
  /** A module of machine code does not load into this version of Node. */
  'native-module': { module: string; node: string }
  /** The data folder cannot be written. */
  'data-folder-read-only': { folder: string; problem: FileProblem }
  /** The database was written by a newer Easel. */
  'database-newer': { file: string; found: number; known: number }
  /** Most files of the pictures folder are unknown to the database: it is missing, empty or older than they are. */
  'pictures-unknown': { folder: string; unknown: number; files: number }
  /** Another program changed the database file. */
  'database-lost': { file: string; how: DatabaseLoss }
  /** The disk is full or the database cannot be written. */
  storage: { problem: StorageProblem }
  /** A chat platform refused Easel permanently. */
  'platform-refused': { platform: string; problem: RefusalProblem }
  /** A chat platform asks Easel to wait. */
  'platform-busy': { platform: string; retryAfterMs: number }
  /** A chat platform did not respond, or reported an outage; the effect of the call is unknown. */
  'platform-unreachable': { platform: string }
  /** The Redis that carries work to other machines cannot be used. */
  redis: { host: string; problem: RedisProblem }
  /** The S3-compatible store for results of other machines cannot be used. */
  store: { host: string; problem: StoreProblem }
  /** A model could not be fetched from a gateway. */
  'model-fetch': { problem: ModelFetchProblem }
  /** A defect of Easel itself. */
  internal: { problem: string }
}

export type ErrorCode = keyof ErrorDetails

/** Codes for which a retry may succeed; others are never retried. */
const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'weights-damaged',
  'out-of-memory',
  'device-failed',
  'device-stalled',
  'worker-died',
  'worker-killed',
  'worker-unreachable',
  'result-unfit',
  'storage',
  'platform-busy',
  'platform-unreachable',
])

/** A fault with a stable code. Expected outcomes are returned, not thrown. */
export class AppError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code
  readonly details: ErrorDetails[Code]

  constructor(code: Code, details: ErrorDetails[Code], cause?: unknown) {
    super(`${code}: ${JSON.stringify(details)}`, cause === undefined ? undefined : { cause })
    this.name = 'AppError'
    this.code = code
    this.details = details
  }

  get retryable(): boolean {
    return retryableCodes.has(this.code)
  }
}

/** Whether a thrown value is the fault with that code. */
export function hasCode<Code extends ErrorCode>(error: unknown, code: Code): error is AppError<Code> {
  return error instanceof AppError && error.code === code
}

/** The fault that names every issue; undefined if there is none. */
export function wrongConfig(issues: readonly ConfigIssue[], file?: string): AppError<'config'> | undefined {
  const [first, ...others] = issues
  return first && new AppError('config', { file, ...first, others })
}

/** Whether the sentence of the fault says that it has been logged, so whoever shows it must log it. */
export function mustBeLogged(error: AppError): boolean {
  return error.code === 'internal' || (hasCode(error, 'worker-died') && isException(error.details.reason))
}

/** Wraps any thrown value, so every catch handles one type. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const problem = error instanceof Error ? error.message : String(error)
  return new AppError('internal', { problem }, error)
}
