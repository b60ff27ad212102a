/** 简体中文：文件、磁盘和平台为什么拒绝。 */
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
  missing: () => '没有这个文件或文件夹',
  'not-allowed': () => '没有权限',
  folder: () => '它是一个文件夹',
  file: () => '它是一个文件，而这里要有一个文件夹；请把该文件移走',
  'too-large': () => '它太大了',
  'link-circle': () => '它的链接绕成了圈',
  'long-name': () => '它的名字太长',
  'no-folder': () => '路径中有一段不是文件夹',
  'disk-read-only': () => '磁盘是只读的',
  'disk-full': () => '磁盘已满',
  'no-room': p => `需要 ${sizeOf(p.neededBytes)}，磁盘只剩 ${sizeOf(p.freeBytes)}`,
  other: p => `系统返回 ${p.code}`,
}

export function fileReason(p: FileProblem): string {
  return reasonIn(fileReasons, p.what, p)
}

const fetchReasons: ReasonTable<ModelFetchProblem> = {
  lost: () => '有这个模型的 Easel 没有回应；已取到的部分会保留，它恢复后再取其余部分',
  unavailable: () => '有这个模型的 Easel 已读不到它',
  damaged: p => `${p.file} 取到的哈希值是 ${p.found.slice(0, 10)}，不是 ${p.expected.slice(0, 10)}，会重新取`,
  occupied: p => `${p.path} 处已有别的文件：请把它们移走，或让两台机器的配置里 \`models\` 一致`,
  'other-hash': p =>
    `它的文件已在 ${p.path}，但在这里是另一个模型，或者用不了：请让两台机器的配置里 \`models\` 一致、models.lock 也一致；easel models 会说明哪些文件没有用上`,
}

export function fetchReason(p: ModelFetchProblem): string {
  return reasonIn(fetchReasons, p.what, p)
}

const storageReasons: ReasonTable<StorageProblem> = {
  'disk-full': () => '磁盘已满',
  'quota-used-up': () => '磁盘配额已用完',
  'disk-read-only': () => '磁盘是只读的',
  busy: () => '另一个程序正占用数据库',
  setting: p => `${p.name} 是 ${p.found}，而不是 ${p.expected}`,
  other: p => `数据库返回 ${p.code}`,
}

export function storageReason(p: StorageProblem): string {
  return reasonIn(storageReasons, p.what, p)
}

const refusalReasons: ReasonTable<RefusalProblem> = {
  token: p => `${p.variable} 不是有效的令牌`,
  'no-bot-token': p => `${p.variable} 不是机器人的令牌`,
  'no-bot': () => '安装时没有带来机器人',
  sharding: () => '机器人所在的服务器太多，连接数不够',
  intent: () => '机器人缺少一项 intent：请在开发者后台的 Bot 页面打开',
  closed: p => `网关以代码 ${p.code} 关闭了连接`,
  error: p => `${p.subject}：${p.code}`,
}

export function refusalReason(p: RefusalProblem): string {
  return reasonIn(refusalReasons, p.what, p)
}

const fullPlaces = {
  memory: '它的内存已满（maxmemory）',
  disk: '它无法保存到磁盘（MISCONF），期间不接受任何写入',
} as const

const redisReasons: ReasonTable<RedisProblem> = {
  unreachable: p => `没有回应（${p.code}）`,
  'other-protocol': () => '那里应答的不是 Redis，或者它要求 TLS（rediss://）',
  'not-admitted': () => '它不接受 redis.url 里的用户和 EASEL_REDIS_PASSWORD 里的密码',
  version: p => `它的版本是 ${p.found}，需要 ${p.needed} 或更新`,
  eviction: p => `内存满时它会丢弃任务（maxmemory-policy 是 ${p.policy}，必须是 noeviction）`,
  replica: () => '它是副本，只复制另一台的数据；redis.url 要填主节点',
  cluster: () => '它运行在集群模式（cluster_enabled 是 1）；Easel 需要非集群的 Redis',
  full: p => fullPlaces[p.place],
  keys: p => `它不允许 redis.url 里的用户使用以 ${p.prefix}: 开头的键（redis.prefix）`,
  commands: p => `它没有或不允许这些命令：${p.missing.join('、')}`,
}

export function redisReason(p: RedisProblem): string {
  return reasonIn(redisReasons, p.what, p)
}

const storeActions = { write: '写入', read: '读取', delete: '删除' } as const

const storeReasons: ReasonTable<StoreProblem> = {
  unreachable: p => `没有回应（${p.code}）`,
  refused: p => `它拒绝${storeActions[p.doing]}（${[p.status, p.code].join(' ').trim()}）`,
  damaged: () => '读到的不是写入的内容',
}

export function storeReason(p: StoreProblem): string {
  return reasonIn(storeReasons, p.what, p)
}

const workerEnds: Record<WorkerEndCode, string> = {
  unresponsive: '没有回应',
  'messages-lost': '途中丢失了消息',
  'protocol-broken': '它的消息不合协议',
  'result-lost': '它的结果没能从存储取到',
  'gateway-stopped': '网关已停止',
  'machine-stopped': '其所在机器已停止',
  'device-stopped': '设备已停用',
  'device-missing': '它的机器上没有这个设备',
  'never-started': '它还没有启动',
  stopping: '这张图开始前它正在停止',
}

export function workerEnd(reason: string): string {
  if (isWorkerEndCode(reason)) return workerEnds[reason]
  const code = exitCodeOf(reason)
  if (code !== undefined) return `退出码 ${code}`
  return isException(reason) ? '遇到内部错误，已记入日志' : reason
}
