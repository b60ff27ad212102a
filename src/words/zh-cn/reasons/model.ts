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
import { quotable } from '../../excerpt.ts'

export function modelFileRefusal(file: string, problem: ModelFileProblem): string {
  return `模型文件 ${file} 不能用：${fileReason(problem)}。`
}

export function modelConfigRefusal(file: string, key: string, problem: ModelConfigProblem): string {
  return `${file} 要求了 Easel 做不到的东西：${key || '整个文件'}${configReason(problem)}。`
}

/** The problem, as the end of a sentence. */
export function fileReason(problem: ModelFileProblem): string {
  const p = quotable(problem)
  switch (p.what) {
    case 'missing':
      return '文件不存在'
    case 'unreadable':
      return systemReasons[p.code] ?? `无法读取（${p.code}）`
    case 'not-a-file':
      return '它不是普通文件'
    case 'too-large':
      return `文件有 ${p.bytes} 字节，上限是 ${p.limitBytes}`
    case 'not-a-folder':
      return '它不是文件夹'
    case 'too-deep':
      return `它所在的位置超过 ${p.limit} 层文件夹`
    case 'too-many-files':
      return `模型文件夹里的文件超过 ${p.limit} 个`
    case 'dangling-link':
      return `它是指向 ${p.target} 的链接，而目标不存在`
    case 'outside-link':
      return `它是指向模型文件夹之外（${p.target}）的链接；如要允许，请在 modelLinkTargets 里写上目标所在的文件夹`
    case 'name-taken':
      return `名称已被 ${p.by} 占用`
    case 'name-not-utf8':
      return '它的名字不是 UTF-8 编码：请给它改名'
    case 'name-unusable':
      return '名称里有控制字符'
    case 'not-the-pinned-one':
      return `models.lock 把它固定为 ${p.expected.slice(0, 10)}…，实际是 ${p.found.slice(0, 10)}…`
    case 'pinned-missing':
      return `它固定了“${p.name}”，而这个模型不存在`
    case 'other-family':
      return `这是 ${p.family} 的${kinds[p.kind]}；Easel 用 SDXL 作画`
    case 'other-kind':
      return p.folder === undefined
        ? `这是${kinds[p.kind]}，单独没有用处`
        : `这是${kinds[p.kind]}，应放进 ${p.folder}/ 文件夹`
    case 'not-recognised':
      return p.tensors.length === 0
        ? '里面没有张量'
        : `不是 Easel 认识的模型类型；最前面的张量是 ${p.tensors.join('、')}`
    case 'variant-not-built':
      return `这种${kinds[p.kind]}（${p.variant}）Easel 不能使用`
    case 'no-image-encoder':
      return `旁边没有宽度为 ${p.width} 的图像编码器；请把它的作者所用的那个放进 clip_vision/ 文件夹`
    case 'part-missing':
      return `它没有${missingParts[p.part]}；请在配置的 ${p.key} 里写明从哪里取`
    case 'no-base':
      return '这是 Refiner，而没有与它配套的模型'
    case 'other-latents':
      return `它的潜变量有 ${p.found} 个通道，SDXL 的有 ${p.expected} 个`
    case 'other-width':
      return `这是用于宽度为 ${p.found.join(' 和 ')} 的文本的${kinds[p.kind]}；这里的模型是 ${p.expected.join(' 和 ')}`
    case 'not-json':
      return '不是有效的 JSON'
    case 'no-weights':
      return '里面没有 .safetensors 文件'
    case 'only-pickle':
      return `里面只有 pickle 文件（${p.name}），打开它可能会执行代码；只读取 .safetensors`
    case 'foreign':
      return foreignFormats[p.format]
    case 'too-short':
      return `文件只有 ${p.bytes} 字节`
    case 'header-size':
      return `它声称文件头有 ${p.claimedBytes} 字节，超过上限 ${p.limitBytes}：文件已损坏，或者不是 safetensors`
    case 'header':
      return headerFaults[p.fault]
    case 'too-many-tensors':
      return `张量超过 ${p.limit} 个`
    case 'key-twice':
      return `文件头不可信：键“${p.key}”出现了两次`
    case 'key-forbidden':
      return `文件头不可信：有一个名为“${p.key}”的键`
    case 'truncated':
      return `文件不完整：共 ${p.expectedBytes} 字节，缺少 ${p.expectedBytes - p.foundBytes} 字节。请重新下载`
    case 'became-shorter':
      return '读取时文件变短了'
    case 'gap':
      return `张量没有首尾相接：“${p.tensor}”之前有空隙`
    case 'overlap':
      return `张量没有首尾相接：“${p.tensor}”处有重叠`
    case 'extra-bytes':
      return `有 ${p.bytes} 字节不属于任何张量`
    case 'tensor-entry':
      return `张量“${p.tensor}”${entryFaults[p.fault](p.found)}`
    case 'tensor-length':
      return `张量“${p.tensor}”按形状应占${p.expectedBytes === '2^53' ? '超过 2^53' : ` ${p.expectedBytes} `}字节，实际是 ${p.foundBytes} 字节`
    case 'tensor-missing':
      return `缺少张量“${p.tensor}”`
    case 'tensor-shape':
      return `按 config.json，“${p.tensor}”的形状应为 ${shape(p.expected)}，实际是 ${shape(p.found)}`
    case 'tensor-dtype':
      return `“${p.tensor}”的类型是 ${p.dtype}，无法用于计算${p.usable.length === 0 ? '' : `；权重可以是 ${p.usable.join('、')}`}`
    case 'not-onnx':
      return '不是 ONNX 计算图'
    case 'onnx-weights':
      return '权重在 ONNX 计算图里，只能原样运行：无法在其中添加或查找权重'
    case 'embedding-vectors':
      return p.found < 1
        ? `“${p.tensor}”里没有向量`
        : `“${p.tensor}”里有 ${p.found} 个向量；提示词最多容纳 ${p.most} 个`
    case 'lora-shape':
      return `其模块“${p.module}”的因子形状为 ${p.found.map(shape).join(' 与 ')}，不能构成模型中形状为 ${shape(p.expected)} 的权重`
    case 'lora-unmatched':
      return `它的 ${p.modules} 个模块没有一个属于该模型；它们名为 ${p.examples.join('、')}`
    case 'not-finite':
      return `其张量“${p.tensor}”含有非有限的数`
    case 'not-an-index':
      return '不是分片索引'
    case 'shard-name':
      return `“${p.shard}”不是同一文件夹中的文件名`
    case 'shard-lacks':
      return `缺少索引中列出的“${p.tensor}”`
    case 'no-merges':
      return '里面没有合并规则'
    case 'token-beyond':
      return `其中有编号为 ${p.id} 的词元，而旁边的文本编码器只认识 ${p.vocabulary} 个`
    case 'token-missing':
      return `词表里没有 ${p.token}`
  }
}

function configReason(problem: ModelConfigProblem): string {
  const p = quotable(problem)
  switch (p.what) {
    case 'kind':
      return p.found === '' ? ' 缺失' : ` 是 ${p.found}，${valueKinds[p.expected]}`
    case 'value':
      return ` 是 ${p.found || '空'}，只支持 ${p.supported.join(' 或 ')}`
    case 'below':
      return ` 是 ${p.found}，必须${p.exclusive ? '大于' : '不小于'} ${p.minimum}`
    case 'above':
      return ` 是 ${p.found}，必须${p.exclusive ? '小于' : '不大于'} ${p.maximum}`
    case 'noise-without-end':
      return '会使噪声大到无法计算'
    case 'not-sdxl':
      return ' 不是 "text_time"：这不是 SDXL 模型'
    case 'entries':
      return ` 有 ${p.found} 项，而层级有 ${p.levels} 个`
    case 'depths':
      return ` 给 ${p.blocks} 个变换器的块列出了 ${p.found} 个深度`
    case 'not-multiple':
      return ` 含有 ${p.found}，不是 ${p.key}（${p.of}）的倍数`
    case 'not-divisor':
      return ` 是 ${p.found}，不能整除 ${p.key}（${p.of}）`
    case 'heads':
      return ` 要把 ${p.channels} 个通道分给 ${p.heads} 个头`
    case 'differs':
      return ` 是 ${p.found}，而 ${p.key} 是 ${p.from}`
    case 'channels':
      return ` 是 ${p.found}；VAE 有 ${p.latents} 个通道时必须是 ${p.allowed.join(' 或 ')}`
    case 'text-width':
      return ` 是 ${p.found}，而文本编码器给出 ${p.given}`
    case 'added-width':
      return ` 是 ${p.found}，与文本汇总（${p.pooled}）加 5 或 6 个宽 ${p.idWidth} 的编号不符`
  }
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
