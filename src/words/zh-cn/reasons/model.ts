/** 模型文件为什么不能用：简体中文。 */
import type {
  EntryFault,
  FileKind,
  ForeignFormat,
  HeaderFault,
  MissingPart,
  ModelConfigProblem,
  ModelFileProblem,
  ValueKind,
} from '../../../errors/model-problem.ts'
import { excerptFacts } from '../../excerpt.ts'
import { type ReasonTable, reasonIn } from '../../reason-table.ts'

export function modelFileRefusal(file: string, problem: ModelFileProblem): string {
  return `模型文件 ${file} 不能用：${fileReason(problem)}。`
}

export function modelConfigRefusal(file: string, key: string, problem: ModelConfigProblem): string {
  return `${file} 要求了 Easel 做不到的东西：${key || '整个文件'}${configReason(problem)}。`
}

const fileReasons: ReasonTable<ModelFileProblem> = {
  missing: () => '文件不存在',
  unreadable: p => systemReasons[p.code] ?? `无法读取（${p.code}）`,
  'not-a-file': () => '它不是普通文件',
  'too-large': p => `文件有 ${p.bytes} 字节，上限是 ${p.limitBytes}`,
  'not-a-folder': () => '它不是文件夹',
  'too-deep': p => `它所在的位置超过 ${p.limit} 层文件夹`,
  'too-many-files': p => `模型文件夹里的文件超过 ${p.limit} 个`,
  'dangling-link': p => `它是指向 ${p.target} 的链接，而目标不存在`,
  'outside-link': p =>
    `它是指向模型文件夹之外（${p.target}）的链接；如要允许，请在 modelLinkTargets 里写上目标所在的文件夹`,
  'name-taken': p => `名称已被 ${p.by} 占用`,
  'name-not-utf8': () => '它的名字不是 UTF-8 编码：请给它改名',
  'name-unusable': () => '名称里有控制字符',
  'not-the-pinned-one': p =>
    `models.lock 把它固定为 ${p.expected.slice(0, 10)}…，实际是 ${p.found.slice(0, 10)}…`,
  'pinned-missing': p => `它固定了“${p.name}”，而这个模型不存在`,
  'other-family': p => `这是 ${p.family} 的${kinds[p.kind]}；Easel 用 SDXL 作画`,
  'other-kind': p =>
    p.folder === undefined
      ? `这是${kinds[p.kind]}，单独没有用处`
      : `这是${kinds[p.kind]}，应放进 ${p.folder}/ 文件夹`,
  'not-recognised': p =>
    p.tensors.length === 0
      ? '里面没有张量'
      : `不是 Easel 认识的模型类型；最前面的张量是 ${p.tensors.join('、')}`,
  'variant-not-built': p => `这种${kinds[p.kind]}（${p.variant}）Easel 不能使用`,
  'no-image-encoder': p =>
    `旁边没有宽度为 ${p.width} 的图像编码器；请把它的作者所用的那个放进 clip_vision/ 文件夹`,
  'part-missing': p => `它没有${missingParts[p.part]}；请在配置的 ${p.key} 里写明从哪里取`,
  'no-base': () => '这是 Refiner，而没有与它配套的模型',
  'other-latents': p => `它的潜变量有 ${p.found} 个通道，SDXL 的有 ${p.expected} 个`,
  'other-width': p =>
    `这是用于宽度为 ${p.found.join(' 和 ')} 的文本的${kinds[p.kind]}；这里的模型是 ${p.expected.join(' 和 ')}`,
  'not-json': () => '不是有效的 JSON',
  'no-weights': () => '里面没有 .safetensors 文件',
  'only-pickle': p => `里面只有 pickle 文件（${p.name}），打开它可能会执行代码；只读取 .safetensors`,
  foreign: p => foreignFormats[p.format],
  'too-short': p => `文件只有 ${p.bytes} 字节`,
  'header-size': p =>
    `它声称文件头有 ${p.claimedBytes} 字节，超过上限 ${p.limitBytes}：文件已损坏，或者不是 safetensors`,
  header: p => headerFaults[p.fault],
  'too-many-tensors': p => `张量超过 ${p.limit} 个`,
  'key-twice': p => `文件头不可信：键“${p.key}”出现了两次`,
  'key-forbidden': p => `文件头不可信：有一个名为“${p.key}”的键`,
  truncated: p =>
    `文件不完整：共 ${p.expectedBytes} 字节，缺少 ${p.expectedBytes - p.foundBytes} 字节。请重新下载`,
  'became-shorter': () => '读取时文件变短了',
  gap: p => `张量没有首尾相接：“${p.tensor}”之前有空隙`,
  overlap: p => `张量没有首尾相接：“${p.tensor}”处有重叠`,
  'extra-bytes': p => `有 ${p.bytes} 字节不属于任何张量`,
  'tensor-entry': p => `张量“${p.tensor}”${entryFaults[p.fault](p.found)}`,
  'tensor-length': p =>
    `张量“${p.tensor}”按形状应占${p.expectedBytes === '2^53' ? '超过 2^53' : ` ${p.expectedBytes} `}字节，实际是 ${p.foundBytes} 字节`,
  'tensor-missing': p => `缺少张量“${p.tensor}”`,
  'tensor-shape': p =>
    `按 config.json，“${p.tensor}”的形状应为 ${shape(p.expected)}，实际是 ${shape(p.found)}`,
  'tensor-dtype': p =>
    `“${p.tensor}”的类型是 ${p.dtype}，无法用于计算${p.usable.length === 0 ? '' : `；权重可以是 ${p.usable.join('、')}`}`,
  'scale-unknown': p => `其张量“${p.tensor}”以 Easel 未知的方式缩放权重`,
  'not-onnx': () => '不是 ONNX 计算图',
  'onnx-weights': () => '权重在 ONNX 计算图里，只能原样运行：无法在其中添加或查找权重',
  'embedding-vectors': p =>
    p.found < 1
      ? `“${p.tensor}”里没有向量`
      : `“${p.tensor}”里有 ${p.found} 个向量；提示词最多容纳 ${p.most} 个`,
  'lora-shape': p =>
    `其模块“${p.module}”的因子形状为 ${p.found.map(shape).join(' 与 ')}，不能构成模型中形状为 ${shape(p.expected)} 的权重`,
  'lora-unmatched': p => `它的 ${p.modules} 个模块没有一个属于该模型；它们名为 ${p.examples.join('、')}`,
  'not-finite': p => `其张量“${p.tensor}”含有非有限的数`,
  'not-an-index': () => '不是分片索引',
  'shard-name': p => `“${p.shard}”不是同一文件夹中的文件名`,
  'shard-lacks': p => `缺少索引中列出的“${p.tensor}”`,
  'no-merges': () => '里面没有合并规则',
  'token-beyond': p => `其中有编号为 ${p.id} 的词元，而旁边的文本编码器只认识 ${p.vocabulary} 个`,
  'token-missing': p => `词表里没有 ${p.token}`,
}

/** The problem, as the end of a sentence. */
export function fileReason(problem: ModelFileProblem): string {
  const p = excerptFacts(problem)
  return reasonIn(fileReasons, p.what, p)
}

const configReasons: ReasonTable<ModelConfigProblem> = {
  kind: p => (p.found === '' ? ' 缺失' : ` 是 ${p.found}，${valueKinds[p.expected]}`),
  value: p => ` 是 ${p.found || '空'}，只支持 ${p.supported.join(' 或 ')}`,
  below: p => ` 是 ${p.found}，必须${p.exclusive ? '大于' : '不小于'} ${p.minimum}`,
  above: p => ` 是 ${p.found}，必须${p.exclusive ? '小于' : '不大于'} ${p.maximum}`,
  'noise-without-end': () => '会使噪声大到无法计算',
  'not-sdxl': () => ' 不是 "text_time"：这不是 SDXL 模型',
  entries: p => ` 有 ${p.found} 项，而层级有 ${p.levels} 个`,
  depths: p => ` 给 ${p.blocks} 个变换器的块列出了 ${p.found} 个深度`,
  'not-multiple': p => ` 含有 ${p.found}，不是 ${p.key}（${p.of}）的倍数`,
  'not-divisor': p => ` 是 ${p.found}，不能整除 ${p.key}（${p.of}）`,
  heads: p => ` 要把 ${p.channels} 个通道分给 ${p.heads} 个头`,
  differs: p => ` 是 ${p.found}，而 ${p.key} 是 ${p.from}`,
  channels: p => ` 是 ${p.found}；VAE 有 ${p.latents} 个通道时必须是 ${p.allowed.join(' 或 ')}`,
  'text-width': p => ` 是 ${p.found}，而文本编码器给出 ${p.given}`,
  'added-width': p => ` 是 ${p.found}，与文本汇总（${p.pooled}）加 5 或 6 个宽 ${p.idWidth} 的编号不符`,
}

function configReason(problem: ModelConfigProblem): string {
  const p = excerptFacts(problem)
  return reasonIn(configReasons, p.what, p)
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: '没有读取权限',
  EPERM: '没有读取权限',
  EISDIR: '它是文件夹',
  ENOTDIR: '路径的一部分不是文件夹',
  ELOOP: '链接绕成了圈',
  EIO: '磁盘出错',
}

const foreignFormats: Record<ForeignFormat, string> = {
  pickle: '这是 Python pickle 文件，打开它可能会执行代码；只读取 .safetensors',
  'lfs-pointer': '这是 Git LFS 指针，不是权重本身；请用 git lfs pull 取回',
  onnx: '这是单独的 ONNX 文件；只读取整个 ONNX 文件夹',
  archive: '这是压缩包，请先解压',
  gguf: '这是 GGUF 文件；只读取 .safetensors',
  'web-page': '这是网页，不是权重：网站可能要求登录。请重新下载',
  text: '这是文本，不是权重：网站可能返回了错误信息。请重新下载',
}

const kinds: Record<FileKind, string> = {
  checkpoint: '主模型',
  lora: ' LoRA ',
  embedding: '嵌入（textual inversion）',
  vae: ' VAE ',
  controlnet: ' ControlNet ',
  'ip-adapter': ' IP-Adapter ',
  upscaler: '放大模型',
  'text-encoder': '文本编码器',
  'image-encoder': '图像编码器',
}

const missingParts: Record<MissingPart, string> = { vae: ' VAE', 'text-encoders': '文本编码器' }

const headerFaults: Record<HeaderFault, string> = {
  'not-utf8': '文件头不是 UTF-8 文本',
  'not-json': '文件头不是有效的 JSON',
  'not-an-object': '文件头不是 JSON 对象：这不是 .safetensors 文件',
  metadata: '__metadata__ 不是文本',
}

const entryFaults: Record<EntryFault, (found: string) => string> = {
  description: () => '没有说明',
  'unknown-key': found => `有未知的键 ${found}`,
  dtype: found => `的类型 ${found} 未知`,
  shape: () => '的形状无效',
  offsets: () => '的 data_offsets 无效',
}

const valueKinds: Record<ValueKind, string> = {
  'whole-number': '不是整数',
  number: '不是数字',
  text: '不是文本',
  'true-or-false': '不是 true 或 false',
  list: '不是列表',
  object: '不是对象',
  other: '无法理解',
}

const shape = (sizes: readonly number[]) => `[${sizes.join(', ')}]`
