/** 简体中文：每一种错误的说法。 */
import type { DatabaseLoss, DeviceLack, NotFinitePlace } from '../../errors/errors.ts'
import { shortSizeOf } from '../amounts.ts'
import type { Words } from '../en.ts'
import { configRefusal } from './reasons/config.ts'
import { modelConfigRefusal, modelFileRefusal } from './reasons/model.ts'
import { pictureRefusal } from './reasons/picture.ts'
import {
  fetchReason,
  fileReason,
  redisReason,
  refusalReason,
  storageReason,
  storeReason,
  workerEnd,
} from './reasons/system.ts'

const deviceAdvice: Record<DeviceLack, (message: string) => string> = {
  libraries: message =>
    `它的库无法加载（${message}）。CUDA 设备需要 CUDA 12、cuDNN 9 和 ONNX Runtime 自己的部分：ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node。`,
  version: message =>
    `它的库与 ONNX Runtime 所需的版本不同（${message}）。需要 CUDA 12、cuDNN 9，以及与 onnxruntime-node 同一版本的 CUDA 部分。`,
  driver: message => `驱动与 CUDA 12 不合（${message}）。请更新驱动。`,
  device: message => `这台机器上没有这个设备（${message}）。请在 devices 里换一个。`,
}

const lostDatabase: Record<DatabaseLoss, string> = {
  missing: '磁盘上的 Easel 数据库不见了，因此不再接受新的请求。请放回原处并重新启动 Easel。',
  replaced: 'Easel 的数据库在运行时被替换，因此不再接受新的请求。请放回正确的文件并重新启动 Easel。',
  damaged: 'Easel 的数据库已损坏，因此不再接受新的请求。请放回完好的副本并重新启动 Easel。',
}

const notFinite: Record<NotFinitePlace, string> = {
  prompt: '文本编码器给出了不是数的值。',
  source: 'VAE 对原图给出了不是数的值；有些 VAE 不能以半精度运行。',
  latents: 'U-Net 给出了不是数的值，因此没有图。',
  picture: 'VAE 给出了不是数的值，图会是全黑的；有些 VAE 不能以半精度运行，换一个 VAE 也许可以。',
}

export const errors: Words['errors'] = {
  'model-file': d => modelFileRefusal(d.file, d.problem),
  'model-config': d => modelConfigRefusal(d.file, d.key, d.problem),
  'model-changed': d =>
    `“${d.name}”的文件或 Easel 读取它们的方式已经变了，与接受这张图片时不同。请重新提交。`,
  'model-unknown': d =>
    `没有名为“${d.name}”的模型。${d.known.length === 0 ? '模型文件夹是空的。' : `已有的模型：${d.known.join('、')}。`}`,
  'not-finite': d => `${notFinite[d.where]}请检查模型文件：可能已损坏。`,
  'weights-damaged': d =>
    `缓存文件 ${d.files.join('、')} 已损坏，现已删除，画下一张图时会重新生成；可以再试一次。`,
  file: d => `${d.file} 无法${d.doing === 'read' ? '读取' : '写入'}：${fileReason(d.problem)}。`,
  'picture-unusable': d => pictureRefusal(d.problem),
  config: d => configRefusal(d.file, d.key, d.problem),
  'out-of-memory': d => `${d.device} 内存不足。可以试试小一点的尺寸。`,
  'memory-too-small': d =>
    `在 ${d.device} 上需要 ${shortSizeOf(d.neededBytes)} 内存，而它最多可用 ${shortSizeOf(d.budgetBytes)}。可以试试小一点的尺寸或模型。`,
  'device-unusable': d => `${d.device} 不能用：${deviceAdvice[d.lack](d.message)}`,
  'cuda-libraries': d =>
    `${d.folder} 里没有 ${d.missing}。cudaLibraries 里要有 onnxruntime-node 为 CUDA 12 安装的文件，以及 NVIDIA 自己的库。`,
  'device-failed': d => `${d.device} 出错（${d.message}）；可以再试一次。`,
  'device-stalled': d => `${d.device} 已有 ${Math.round(d.silentMs / 1000)} 秒没有响应，先停用。`,
  'worker-died': d => `${d.device} 的工作进程退出了（${workerEnd(d.reason)}）；可以再试一次。`,
  'worker-killed': d =>
    `${d.device} 的工作进程被外部终止（${workerEnd(d.reason)}），可能是内存不足；可以再试一次。`,
  'worker-unreachable': d => `${d.device} 所在的机器已无法连接（${workerEnd(d.reason)}）；可以再试一次。`,
  'result-unfit': d =>
    `${d.device} 返回了${d.found === undefined ? '不是 PNG 的文件' : ` ${d.found}`}，而要求的是 ${d.expected}；可以再试一次。`,
  'took-worker-down': d => `这张图已使工作进程退出 ${d.crashes} 次，不再重试。可以换一组参数试试。`,
  'source-removed': () => '作为起点的图片已被删除。',
  'source-file-missing': () => '服务器上缺少作为起点的图片的文件。',
  'mask-empty': () => '蒙版里没有要重画的部分：请把可以改动的部分涂成白色，至少是白色的一半亮度。',
  'record-unreadable': () => '这个请求的存档无法读取，请重新提交。',
  'port-in-use': d => `${d.host}:${d.port} 已被占用。请停掉占用它的程序，或换一个 ${d.key}。`,
  'data-folder-owned': d => `另一个 Easel（进程 ${d.pid}）正在使用 ${d.folder}。请停掉它，或换一个 dataDir。`,
  'native-module': d =>
    `Node ${d.node} 无法加载 ${d.module}，因为它是为另一个版本安装的。请用这个版本的 Node 运行 npm ci。`,
  'data-folder-read-only': d => `Easel 无法写入 ${d.folder}：${fileReason(d.problem)}。`,
  'database-newer': d =>
    `${d.file} 由更新版本的 Easel 写成（结构版本 ${d.found}，本程序只认识 ${d.known}）。请更新 Easel，或换一个 dataDir。`,
  'pictures-unknown': d =>
    `${d.folder} 中的 ${d.files} 个文件有 ${d.unknown} 个不在数据库里：数据库不见了、是空的，或者比图片旧。请放回正确的数据库；若不要这些图片，请先把该文件夹移走。`,
  'database-lost': d => lostDatabase[d.how],
  storage: d => `Easel 现在无法保存：${storageReason(d.problem)}。`,
  'platform-refused': d => `${d.platform} 拒绝了：${refusalReason(d.problem)}。`,
  'platform-unreachable': d => `${d.platform} 没有回应；Easel 会自动重试。`,
  'platform-busy': d => `${d.platform} 要求等待 ${Math.ceil(d.retryAfterMs / 1000)} 秒；Easel 会自动继续。`,
  store: d => `${d.host} 上的存储不能用：${storeReason(d.problem)}。`,
  'model-fetch': d => `模型取不过来：${fetchReason(d.problem)}。`,
  redis: d => `${d.host} 上的 Redis 不能用：${redisReason(d.problem)}。`,
  internal: () => 'Easel 内部出错，已记入日志。',
}
