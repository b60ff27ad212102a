/** English: the problems of files, storage, platforms, Redis and workers. */
import type { FileProblem } from '../../../errors/file-problem.ts'
import type { ModelFetchProblem } from '../../../errors/model-fetch-problem.ts'
import type { RedisProblem } from '../../../errors/redis-problem.ts'
import type { RefusalProblem } from '../../../errors/refusal-problem.ts'
import type { StorageProblem } from '../../../errors/storage-problem.ts'
import type { StoreProblem } from '../../../errors/store-problem.ts'
import { exitCodeOf, isException, isWorkerEndCode, type WorkerEndCode } from '../../../errors/worker-end.ts'
import { sizeOf } from '../../amounts.ts'

/** Continues “… cannot be read: ”. */
export function fileReason(p: FileProblem): string {
  switch (p.what) {
    case 'missing':
      return 'there is no such file or folder'
    case 'not-allowed':
      return 'it is not allowed'
    case 'folder':
      return 'it is a folder'
    case 'too-large':
      return 'it is too large'
    case 'link-circle':
      return 'its links lead in a circle'
    case 'long-name':
      return 'its name is too long'
    case 'no-folder':
      return 'part of its path is not a folder'
    case 'disk-read-only':
      return 'the disk is read-only'
    case 'disk-full':
      return 'the disk is full'
    case 'no-room':
      return `it needs ${sizeOf(p.neededBytes)}, and ${sizeOf(p.freeBytes)} of the disk are free`
    case 'other':
      return `the system answers ${p.code}`
  }
}

/** Continues “The model cannot be fetched: ”. */
export function fetchReason(p: ModelFetchProblem): string {
  switch (p.what) {
    case 'lost':
      return 'the Easel that has it does not answer; what came is kept, and the rest follows when it is back'
    case 'unavailable':
      return 'the Easel that has it cannot read it any more'
    case 'damaged':
      return `${p.file} came with the hash ${p.found.slice(0, 10)}, not ${p.expected.slice(0, 10)}, and is fetched anew`
    case 'occupied':
      return `other files are at ${p.path} already: move them away, or give both machines the same \`models\` in their configuration`
  }
}

/** Continues “Easel cannot store anything right now: ”. */
export function storageReason(p: StorageProblem): string {
  switch (p.what) {
    case 'disk-full':
      return 'the disk is full'
    case 'quota-used-up':
      return 'the disk quota is used up'
    case 'disk-read-only':
      return 'the disk is read-only'
    case 'busy':
      return 'another program holds the database'
    case 'setting':
      return `${p.name} is ${p.found}, not ${p.expected}`
    case 'other':
      return `the database answers ${p.code}`
  }
}

/** Continues “Discord refused: ”. */
export function refusalReason(p: RefusalProblem): string {
  switch (p.what) {
    case 'token':
      return `${p.variable} is not a valid token`
    case 'no-bot-token':
      return `${p.variable} is not a bot’s token`
    case 'no-bot':
      return 'the installation brought no bot'
    case 'sharding':
      return 'the bot is in too many servers for so few connections'
    case 'intent':
      return 'the bot lacks an intent: switch it on in the developer portal, under Bot'
    case 'closed':
      return `the gateway closed with ${p.code}`
    case 'error':
      return `${p.subject}: ${p.code}`
  }
}

/** Continues “Redis on HOST cannot be used: ”. */
export function redisReason(p: RedisProblem): string {
  switch (p.what) {
    case 'unreachable':
      return `it gives no answer (${p.code})`
    case 'not-admitted':
      return 'it does not accept the user in redis.url with the password in EASEL_REDIS_PASSWORD'
    case 'version':
      return `its version is ${p.found}, and ${p.needed} or newer is needed`
    case 'eviction':
      return `it throws work away when its memory is full (maxmemory-policy is ${p.policy}, and must be noeviction)`
    case 'commands':
      return `it lacks these commands, or does not allow them: ${p.missing.join(', ')}`
  }
}

const storeActions = { write: 'writing', read: 'reading', delete: 'deleting' } as const

/** Continues “The store cannot be used: ”. */
export function storeReason(p: StoreProblem): string {
  switch (p.what) {
    case 'unreachable':
      return `it gives no answer (${p.code})`
    case 'refused':
      return `it refuses ${storeActions[p.doing]} (${[p.status, p.code].join(' ').trim()})`
    case 'damaged':
      return 'what was read is not what was written'
  }
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
