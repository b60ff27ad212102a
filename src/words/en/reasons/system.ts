/** English: the problems of files, storage, platforms, Redis and workers. */
import type { FileProblem } from '../../../errors/file-problem.ts'
import type { ModelFetchProblem } from '../../../errors/model-fetch-problem.ts'
import type { RedisProblem } from '../../../errors/redis-problem.ts'
import type { RefusalProblem } from '../../../errors/refusal-problem.ts'
import type { StorageProblem } from '../../../errors/storage-problem.ts'
import type { StoreProblem } from '../../../errors/store-problem.ts'
import { exitCodeOf, isException, isWorkerEndCode, type WorkerEndCode } from '../../../errors/worker-end.ts'
import { sizeOf } from '../../amounts.ts'
import { type ReasonTable, reasonIn } from '../../reason-table.ts'

const fileReasons: ReasonTable<FileProblem> = {
  missing: () => 'there is no such file or folder',
  'not-allowed': () => 'it is not allowed',
  folder: () => 'it is a folder',
  file: () => 'it is a file, and must be a folder; move the file away',
  'too-large': () => 'it is too large',
  'link-circle': () => 'its links lead in a circle',
  'long-name': () => 'its name is too long',
  'no-folder': () => 'part of its path is not a folder',
  'disk-read-only': () => 'the disk is read-only',
  'disk-full': () => 'the disk is full',
  'no-room': p => `it needs ${sizeOf(p.neededBytes)}, and ${sizeOf(p.freeBytes)} of the disk are free`,
  other: p => `the system answers ${p.code}`,
}

/** Continues “… cannot be read: ”. */
export function fileReason(p: FileProblem): string {
  return reasonIn(fileReasons, p.what, p)
}

const fetchReasons: ReasonTable<ModelFetchProblem> = {
  lost: () =>
    'the Easel that has it does not answer; what came is kept, and the rest follows when it is back',
  unavailable: () => 'the Easel that has it cannot read it any more',
  damaged: p =>
    `${p.file} came with the hash ${p.found.slice(0, 10)}, not ${p.expected.slice(0, 10)}, and is fetched anew`,
  occupied: p =>
    `other files are at ${p.path} already: move them away, or give both machines the same \`models\` in their configuration`,
  'other-hash': p =>
    `its files are at ${p.path}, but are another model here, or cannot be used: give both machines the same \`models\` in their configuration and the same models.lock; easel models says which files are not used`,
}

/** Continues “The model cannot be fetched: ”. */
export function fetchReason(p: ModelFetchProblem): string {
  return reasonIn(fetchReasons, p.what, p)
}

const storageReasons: ReasonTable<StorageProblem> = {
  'disk-full': () => 'the disk is full',
  'quota-used-up': () => 'the disk quota is used up',
  'disk-read-only': () => 'the disk is read-only',
  busy: () => 'another program holds the database',
  setting: p => `${p.name} is ${p.found}, not ${p.expected}`,
  other: p => `the database answers ${p.code}`,
}

/** Continues “Easel cannot store anything right now: ”. */
export function storageReason(p: StorageProblem): string {
  return reasonIn(storageReasons, p.what, p)
}

const refusalReasons: ReasonTable<RefusalProblem> = {
  token: p => `${p.variable} is not a valid token`,
  'no-bot-token': p => `${p.variable} is not a bot’s token`,
  'no-bot': () => 'the installation brought no bot',
  sharding: () => 'the bot is in too many servers for so few connections',
  intent: () => 'the bot lacks an intent: switch it on in the developer portal, under Bot',
  closed: p => `the gateway closed with ${p.code}`,
  error: p => `${p.subject}: ${p.code}`,
}

/** Continues “Discord refused: ”. */
export function refusalReason(p: RefusalProblem): string {
  return reasonIn(refusalReasons, p.what, p)
}

const fullPlaces = {
  memory: 'its memory is full (maxmemory)',
  disk: 'it cannot save to its disk (MISCONF), and takes nothing meanwhile',
} as const

const redisReasons: ReasonTable<RedisProblem> = {
  unreachable: p => `it gives no answer (${p.code})`,
  'other-protocol': () => 'what answers there is no Redis, or one that expects TLS (rediss://)',
  'not-admitted': () => 'it does not accept the user in redis.url with the password in EASEL_REDIS_PASSWORD',
  version: p => `its version is ${p.found}, and ${p.needed} or newer is needed`,
  eviction: p =>
    `it throws work away when its memory is full (maxmemory-policy is ${p.policy}, and must be noeviction)`,
  replica: () => 'it is a replica, which only copies another one; redis.url must name the primary',
  cluster: () => 'it runs in cluster mode (cluster_enabled is 1); Easel needs one that does not',
  full: p => fullPlaces[p.place],
  keys: p =>
    `it does not allow the user in redis.url to use keys that begin with ${p.prefix}: (redis.prefix)`,
  commands: p => `it lacks these commands, or does not allow them: ${p.missing.join(', ')}`,
}

/** Continues “Redis on HOST cannot be used: ”. */
export function redisReason(p: RedisProblem): string {
  return reasonIn(redisReasons, p.what, p)
}

const storeActions = { write: 'writing', read: 'reading', delete: 'deleting' } as const

const storeReasons: ReasonTable<StoreProblem> = {
  unreachable: p => `it gives no answer (${p.code})`,
  refused: p => `it refuses ${storeActions[p.doing]} (${[p.status, p.code].join(' ').trim()})`,
  damaged: () => 'what was read is not what was written',
}

/** Continues “The store cannot be used: ”. */
export function storeReason(p: StoreProblem): string {
  return reasonIn(storeReasons, p.what, p)
}

const workerEnds: Record<WorkerEndCode, string> = {
  unresponsive: 'it does not answer',
  'messages-lost': 'messages were lost on the way',
  'protocol-broken': 'its messages make no sense',
  'result-lost': 'its result could not be taken from the store',
  'gateway-stopped': 'the gateway stopped',
  'machine-stopped': 'its machine stopped',
  'device-stopped': 'the device was stopped',
  'device-missing': 'its machine has no such device',
  'never-started': 'it had not started',
  stopping: 'it was stopping before the picture began',
}

/** The names of signals stay as they are. */
export function workerEnd(reason: string): string {
  if (isWorkerEndCode(reason)) return workerEnds[reason]
  const code = exitCodeOf(reason)
  if (code !== undefined) return `exit code ${code}`
  return isException(reason) ? 'it met an error, which has been logged' : reason
}
