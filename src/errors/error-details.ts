/** The schemas of faults' details, for faults from another process or from the database. */
import { z } from 'zod'
import { configProblem } from './config-problem.ts'
import { databaseLosses, deviceLacks, type ErrorCode, type ErrorDetails, notFinitePlaces } from './errors.ts'
import { fileProblem } from './file-problem.ts'
import { modelFetchProblem } from './model-fetch-problem.ts'
import { modelConfigProblem, modelFileProblem } from './model-problem.ts'
import { pictureProblem } from './picture-problem.ts'
import { redisProblem } from './redis-problem.ts'
import { refusalProblem } from './refusal-problem.ts'
import { storageProblem } from './storage-problem.ts'
import { storeProblem } from './store-problem.ts'

const text = z.string()
const number = z.number()

/** Jobs of version 0.2 and before name a device's message `said`. */
function withMessage(details: unknown): unknown {
  return typeof details === 'object' && details !== null && 'said' in details
    ? { ...details, message: details.said }
    : details
}

/** One schema per code; the type requires every code. */
const schemas: { [Code in ErrorCode]: z.ZodType<ErrorDetails[Code]> } = {
  'model-file': z.object({ file: text, problem: modelFileProblem }),
  'model-config': z.object({ file: text, key: text, problem: modelConfigProblem }),
  'model-unknown': z.object({ name: text, known: z.array(text) }),
  'model-changed': z.object({ name: text }),
  'not-finite': z.object({ where: z.enum(notFinitePlaces) }),
  'weights-damaged': z.object({ files: z.array(text) }),
  'picture-unusable': z.object({ problem: pictureProblem }),
  file: z.object({ file: text, doing: z.enum(['read', 'write']), problem: fileProblem }),
  config: z.object({
    file: text.optional(),
    key: text,
    problem: configProblem,
    others: z.array(z.object({ key: text, problem: configProblem })).optional(),
  }),
  'out-of-memory': z.object({ device: text, lowMemoryLevel: number.optional() }),
  'memory-too-small': z.object({ device: text, neededBytes: number, budgetBytes: number }),
  'device-unusable': z.preprocess(
    withMessage,
    z.object({ device: text, lack: z.enum(deviceLacks), message: text }),
  ),
  'cuda-libraries': z.object({ folder: text, missing: text }),
  'device-failed': z.preprocess(withMessage, z.object({ device: text, message: text })),
  'device-stalled': z.object({ device: text, silentMs: number }),
  'worker-died': z.object({ device: text, reason: text }),
  'worker-killed': z.object({ device: text, reason: text }),
  'worker-unreachable': z.object({ device: text, reason: text }),
  'result-unfit': z.object({ device: text, found: text.optional(), expected: text }),
  'took-worker-down': z.object({ crashes: number }),
  'source-removed': z.record(text, z.never()),
  'source-file-missing': z.object({ file: text }),
  'mask-empty': z.record(text, z.never()),
  'record-unreadable': z.record(text, z.never()),
  'port-in-use': z.object({ host: text, port: number, key: z.enum(['web.port', 'slack.port']) }),
  'data-folder-owned': z.object({ folder: text, pid: number }),
  'native-module': z.object({ module: text, node: text }),
  'data-folder-read-only': z.object({ folder: text, problem: fileProblem }),
  'database-newer': z.object({ file: text, found: number, known: number }),
  'pictures-unknown': z.object({ folder: text, unknown: number, files: number }),
  'database-lost': z.object({ file: text, how: z.enum(databaseLosses) }),
  storage: z.object({ problem: storageProblem }),
  'platform-refused': z.object({ platform: text, problem: refusalProblem }),
  'platform-unreachable': z.object({ platform: text }),
  'platform-busy': z.object({ platform: text, retryAfterMs: number }),
  redis: z.object({ host: text, problem: redisProblem }),
  store: z.object({ host: text, problem: storeProblem }),
  'model-fetch': z.object({ problem: modelFetchProblem }),
  internal: z.object({ problem: text }),
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(schemas, code)
}

/** Undefined if the details do not match the code, for example those of another version of Easel. */
export function readErrorDetails(code: ErrorCode, details: unknown): ErrorDetails[ErrorCode] | undefined {
  const parsed = schemas[code].safeParse(details)
  return parsed.success ? parsed.data : undefined
}
