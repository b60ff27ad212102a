/** 简体中文：命令行，以及服务器启动和停止时的话。 */

import type { CudaLack, WebGpuLack } from '../../devices/choose-devices.ts'
import type { Gpu } from '../../devices/gpus.ts'
import { sizeOf } from '../amounts.ts'
import type { Words } from '../en.ts'

const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} 秒`

const card = ({ ordinal, name, memoryMib, driver }: Gpu) =>
  [
    `cuda:${ordinal} ${name}`,
    ...(memoryMib === undefined ? [] : [`${(memoryMib / 1024).toFixed(1)} GiB`]),
    `驱动 ${driver}`,
  ].join('，')

const cudaLack = (cuda: CudaLack) => {
  switch (cuda.lack) {
    case 'driver':
      return 'NVIDIA 驱动没有响应（nvidia-smi）'
    case 'cards':
      return 'NVIDIA 驱动没有列出显卡'
    case 'libraries':
      return `CUDA 无法在 ${cuda.cards.map(card).join('；')} 上启动`
  }
}

const webGpuLack = (webgpu: WebGpuLack) =>
  webgpu.lack === 'adapter' ? '没有可供 WebGPU 使用的显示适配器' : 'WebGPU 无法启动'

export const cli: Words['cli'] = {
  about: '为 Discord、Slack、网页聊天和命令行绘制 SDXL 图片。',
  commands: {
    serve: '运行机器人：网页聊天，以及设置了令牌的 Discord 和 Slack',
    imagine: '按文字画图，例如 easel imagine "a red circle --seed 7" -o out.png',
    refine: '让 Refiner 精修一张图片',
    upscale: '把图片放大两倍或四倍',
    info: '显示图片是怎样画的，以及重画它的命令',
    models: '列出模型文件夹里的模型',
    devices: '列出所用的设备和原因，以及能否启动',
    doctor: '检查这台机器、配置和模型',
    stats: '显示谁画了多少',
    worker: '把这台机器的设备借给另一台机器上的 Easel',
    migrate: '把数据库升级到最新结构',
  },
  options: {
    lock: '把每个模型固定为现在的内容：在模型文件夹里写入 models.lock',
    config: '合并到默认配置之上的 YAML 文件',
    output: '图片写到哪里；一组图片写成 NAME-1.png、NAME-2.png …；- 为标准输出',
    init: '作为起点的图片',
    mask: '只重画这张图片上白色的部分',
    controlPicture: '--control 所依据的图片；可给出多张，按顺序使用',
    promptPicture: '用于 --image-prompt 的提示图片；可给出多张，按顺序使用',
    strength: '改动多少，0 到 1',
    steps: '步数',
    guidance: '多大程度上遵照提示词',
    score: '追求的美学评分，0 到 10',
    seed: '随机的起点',
    prompt: '换用别的提示词',
    factor: '放大几倍：2 或 4',
    days: '往回统计多少天',
    csv: '输出为 CSV',
  },
  help: {
    parts: {
      'Usage:': '用法：',
      'Options:': '参数：',
      'Commands:': '命令：',
      '[options]': '[参数]',
      '[command]': '[命令]',
    },
    withDefault: (description, value) => `${description}（默认：${value}）`,
    help: '显示帮助',
    version: '显示版本号',
  },
  refusals: {
    unknownCommand: (name, nearest) =>
      `没有 ${name} 这个命令。${nearest.length === 0 ? 'easel --help 会列出所有命令。' : `是不是 ${nearest.join(' 或 ')}？`}`,
    unknownOption: (option, nearest, help) =>
      `这里没有 ${option} 这个参数。${nearest.length === 0 ? `参数写在命令之后；${help} 会说明写法。` : `是不是 ${nearest.join(' 或 ')}？`}`,
    missingArgument: (name, help) => `缺少 <${name}>。${help} 会说明写法。`,
    optionMissingArgument: (option, help) => `参数 ${option} 缺少值。${help} 会说明写法。`,
    excessArguments: (expected, found, help) =>
      `内容太多：给了 ${found} 项，应为 ${expected} 项。${help} 会说明写法。`,
    invalidArgument: (option, value, reason) => `“${value}”不能作为参数 ${option} 的值。${reason}`,
    other: '无法识别这条命令。easel --help 会说明写法。',
  },
  flagsHelp: '参数与聊天中相同，写在提示词之后：',

  adapterOn: name => `${name}：开启`,
  adapterAt: (name, url) => `${name}：开启，地址 ${url}`,
  adapterOff: (name, reason) => `${name}：关闭（${reason}）`,
  adapterConnecting: name => `${name}：正在连接；暂时连不上，会继续重试`,
  switchedOff: setting => `${setting} 为 false`,
  secretsMissing: names => `未设置 ${names.join(' 和 ')}`,
  adapterNames: { web: '网页聊天', discord: 'Discord', slack: 'Slack', cli: '命令行' },
  modelsReady: names => `模型：${names.join('、')}`,
  deviceReason: reason => {
    switch (reason.why) {
      case 'configured':
        return '设备以配置为准。'
      case 'cuda':
        return `使用全部 CUDA 显卡：${reason.cards.map(card).join('；')}。`
      case 'webgpu':
        return `使用 WebGPU，因为${cudaLack(reason.cuda)}。`
      case 'cpu':
        return `使用 CPU，因为${cudaLack(reason.cuda)}，而且${webGpuLack(reason.webgpu)}。`
    }
  },
  card,
  devicesReady: names => (names.length === 0 ? '设备：只用其他机器的' : `设备：${names.join('、')}`),
  stopping: graceMs => `正在停止：正在画的图还有 ${seconds(graceMs)} 可以画完。再发一次信号则立即停止。`,
  stopped: '已停止。排队的任务会在下次启动后继续。',
  stoppedAtOnce: '已立即停止。正在画的图会在下次启动后重画。',

  step: (step, steps) => `第 ${step} 步，共 ${steps} 步`,
  loading: model => `正在载入 ${model} …`,
  saved: (file, widthPx, heightPx, seed) =>
    `${file}  ${widthPx}×${heightPx}${seed === undefined ? '' : `  种子 ${seed}`}`,
  took: ms => `用时 ${seconds(ms)}`,
  formatUnknown: extension => `图片可写成 .png、.webp 或 .jpg，不能写成 ${extension}。`,
  onePictureOnly: (file, count) => `${file} 只能写一张图，而这里会画 ${count} 张。`,
  interrupted: '图片没有画完就停止了，什么也没有写入。',

  problems: {
    'prompt-empty': () =>
      '请写下想画的内容，例如：easel imagine "a red circle on a blue background"。以短横开头的文字放在 -- 之后。',
    'flag-unknown': ({ flag, nearest }) =>
      `没有 ${flag} 这个参数。${nearest === undefined ? 'easel imagine --help 列出了全部参数。' : `是不是 ${nearest}？`}`,
    'flag-of-midjourney': ({ flag, nearest }) =>
      `${flag} 是 Midjourney 的参数，这里没有。${nearest === undefined ? '请去掉它。' : `最接近的是 ${nearest}，easel imagine --help 里有说明。`}`,
  },
  useFiles:
    '--source、--mask 和 @ID 指的是聊天里的图片。在命令行上请用 --init、--mask、--control-picture 和 --prompt-picture 给出文件。',
  notAPicture: file => `${file} 不是 PNG、JPEG 或 WebP 图片。`,
  noParameters: file => `${file} 没有说明它是怎样画的。`,
  formatOfParametersUnknown: (file, keywords) =>
    `${file} 里有 Easel 不认识的格式写的内容（${keywords.join('、')}）。`,
  unknownMaking: file => `${file} 没有说明它是怎样画的；请用 --prompt 给出提示词。`,
  notANumber: '必须是一个数。',

  again: '重画同一张图：',
  againFromSource: id => `（FILE 是作为起点的图片，其 sha256 为 ${id}。）`,
  againUnderMask: id => `（MASK 是它的蒙版，其 sha256 为 ${id}。）`,
  againUnderControl: (name, file, id) =>
    `（${file} 是 ControlNet ${name} 所依据的图片，其 sha256 为 ${id}。）`,
  againByPrompt: (file, id) => `（${file} 是提示图片，其 sha256 为 ${id}。）`,
  otherModel: name => `这台机器上的模型 ${name} 不是画这张图的那一个。`,
  writtenBy: program => `（${program} 的写法）`,
  aiMade: '标明由模型生成',
  notMarked: '没有标明由模型生成',

  model: (name, facts) => `${name}  ${facts}`,
  modelFacts: (sidePx, stepPx, refiner) =>
    `${sidePx}×${sidePx}，尺寸须为 ${stepPx} 的倍数${refiner ? '，带 Refiner' : ''}`,
  refiner: 'Refiner',
  fileKinds: {
    lora: 'LoRA',
    embedding: '嵌入',
    vae: 'VAE',
    controlnet: 'ControlNet',
    'ip-adapter': 'IP-Adapter',
    'image-encoder': '图像编码器',
    upscaler: '放大模型',
  },
  fileFacts: (family, storage, hash) =>
    `${family}，${storage.dtypes.join(' + ')}，${sizeOf(storage.bytes)}，${hash}`,
  ofNoUse: count => `模型文件夹里有 ${count} 个文件 Easel 用不上；easel models 会逐一说明。`,
  isDefault: '（默认）',
  readingThrough: (file, bytes) => `正在通读 ${file}（${sizeOf(bytes)}），只需这一次 …`,
  readingWeights: (file, bytes) => `正在通读 ${file}（${sizeOf(bytes)}），检查是否损坏 …`,
  makingWeights: {
    int8: (model, file, bytes) => `正在把 ${model} 的 8 位权重写入 ${file}（${sizeOf(bytes)}），只需这一次 …`,
    mapped: (model, file, bytes) =>
      `正在把 ${model} 的 float32 权重写入 ${file}（${sizeOf(bytes)}），只需这一次 …`,
  },
  fitsIn8Bits: model => `在配置中为 ${model} 设置 “weights: int8” 后即可容纳。`,
  locked: (file, count) => `${file} 固定了 ${count} 个模型。`,
  noModels: folder => `${folder} 里没有模型。`,

  checks: {
    node: 'Node',
    runtime: 'ONNX Runtime',
    database: 'SQLite',
    images: 'sharp',
    config: '配置',
    data: '数据文件夹',
    models: '模型',
    device: '设备',
    adapters: '聊天平台',
    redis: 'Redis',
    store: '存储',
  },
  states: { fine: '正常', wrong: '有误', off: '关闭' },
  nodeTooOld: (found, needed) => `${found} 太旧，需要 ${needed} 或更新`,
  nativeMissing: quoted => `无法加载（“${quoted}”）；请再运行一次 npm ci`,
  defaultsOnly: '默认值',
  dataFree: folder => `${folder} 可以写入`,
  dataInUse: (folder, pid) => `${folder} 正由运行中的进程 ${pid} 使用`,
  databaseSound: pictures => `数据库完好，有 ${pictures} 张图片`,
  databaseDamaged: file => `${file} 已损坏；请放回完好的副本`,
  picturesMissing: (missing, pictures) => `${pictures} 张图片中有 ${missing} 张的文件不见了`,
  resultsUndelivered: results => `有 ${results} 个结果没有送达任何人：所有途径都被拒绝（原因见日志）`,
  filesUnknown: files => `图片文件夹里有 ${files} 个文件不在数据库中`,
  portFree: (host, port) => `${host}:${port} 空闲`,
  portOurs: (host, port) => `${host}:${port} 由运行中的 Easel 占用`,
  weightsSound: (name, files) => `${name}：${files} 个权重缓存文件完好`,
  modelFine: (name, ms) => `${name} 可以作画（${seconds(ms)}）`,
  defaultMissing: (name, known) =>
    `defaultModel 是 ${name}，但没有这个模型；已有：${known.join('、') || '无'}`,
  storeFine: host => `${host} 可以从其他机器带来结果`,
  redisFine: host => `${host} 可以把任务送到其他机器`,
  healthy: '一切正常。',
  unhealthy: problems => `有 ${problems} 处问题。`,

  daysPositive: '--days 必须大于 0。',
  noDatabase: file => `还没有 ${file}。`,
  olderSchema: (file, found, known) =>
    `${file} 由旧版本的 Easel 写成（结构版本 ${found}，本程序为 ${known}）。请运行 easel migrate，或启动服务器。`,

  upToDate: file => `${file} 已是最新。`,
}
