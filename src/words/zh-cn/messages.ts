/** 简体中文：任务、图片、队列和统计在各平台上的文字。 */
import type { Words } from '../en.ts'
import { moment } from '../moment.ts'

export function duration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 10) return `${Math.max(0.1, Math.round(seconds * 10) / 10)} 秒`
  if (seconds < 60) return `${Math.round(seconds)} 秒`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} 分钟`
  return `${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分钟`
}

export const buttons: Words['buttons'] = {
  refine: '精修',
  'vary-subtle': '微调变化',
  'vary-strong': '大幅变化',
  upscale: '放大 ×2',
  're-roll': '重画',
  remix: '改词重画',
  info: '信息',
  more: '更多',
  delete: '删除',
  cancel: '取消',
  tryAgain: '重试',
  refineNumber: n => `精修 ${n}`,
  varyNumber: n => `变化 ${n}`,
  upscaleNumber: n => `放大 ${n}`,
  moreNumber: n => `更多 ${n}`,
  cancelNumber: n => `取消 ${n}`,
}

export const job: Words['job'] = {
  askedBy: name => `${name} 的请求`,
  running: '正在绘制',
  ready: pictures => (pictures === 1 ? '你的图片好了。' : `你的 ${pictures} 张图片好了。`),
  ended: () => '你的图片没有画成。',
  done: pictures => (pictures === 1 ? '已完成' : `${pictures} 张已完成`),
  fanOut: n =>
    [
      `已完成 ${n.done}/${n.jobs}`,
      ...(n.failed > 0 ? [`${n.failed} 个失败`] : []),
      ...(n.cancelled > 0 ? [`${n.cancelled} 个已取消`] : []),
    ].join(' · '),
  variants: jobs => `${jobs} 个变体`,
  next: '下一个就轮到',
  place: place => `排在第 ${place} 位`,
  queued: '排队中',
  accepted: '已接受',
  heldUp: {
    paused: '所有设备都已暂停，现在不画图',
    'no-device': '正在等待能画它的设备',
  },
  eta: ms => `大约还要 ${duration(ms)}`,
  preparing: '正在准备',
  step: (step, steps) => `正在绘制：第 ${step} 步，共 ${steps} 步`,
  finishing: '正在收尾',
  paintedIn: ms => `用时 ${duration(ms)}`,
  failed: '这张图没有画成。',
  dead: '绘制这张图时，工作进程不止一次崩溃。',
  cancelled: '已取消。',
  cancelledByOther: '管理员取消了你的请求。',
  expired: '等待时间过长，请求已取消。',
  untitled: '无标题图片',
  refined: '由先前的图片精修而来',
  upscaled: factor => `由先前的图片放大 ×${factor}`,
  varied: strength => `以先前的图片为源图，强度 ${strength}`,
  again: '先前图片的新版本',
  altText: d =>
    `${d.prompt}（${d.count > 1 ? `共 ${d.count} 张，第 ${d.number} 张，` : ''}${d.widthPx}×${d.heightPx} 像素）`,
}

export const parameters: Words['parameters'] = {
  prompt: '提示词',
  prompt2: '第二提示词',
  negative: '排除',
  size: '尺寸',
  seed: '种子',
  steps: '步数',
  guidance: '引导',
  sampler: '采样器',
  model: '模型',
  vae: 'VAE',
  lora: 'LoRA',
  loraWeights: (unet: number, text: number) => `${unet}，文本编码器 ${text}`,
  refiner: 'Refiner',
  source: '源图',
  mask: '蒙版',
  notPasted: '保留的部分不贴回',
  softEdge: px => `柔边 ${px} 像素`,
  onlyMasked: paddingPx => `只画蒙版部分，周围 ${paddingPx} 像素`,
  control: 'ControlNet',
  preprocessors: { none: '原样', canny: '取边缘', tile: '取分块', blur: '模糊' },
  scaleOf: scale => `强度 ${scale}`,
  controlRange: (start, end) => `步骤的 ${start} 到 ${end}`,
  guess: '猜测模式',
  imagePrompt: '图片提示',
  eta: 'Eta',
  churn: 'Churn',
  embeddings: '嵌入',
  syntax: '提示词规则',
  score: '美学评分',
  clipSkip: 'Clip skip',
  fast: '快速',
  made: '绘制',
  file: '文件',
  pictureId: '图片编号',
  yes: '是',
  seedOf: seed => `种子 ${seed}`,
  stepsOf: steps => `${steps} 步`,
  guidanceOf: guidance => `引导 ${guidance}`,
  strengthOf: strength => `强度 ${strength}`,
  splitAt: split => `从全程的 ${split} 起`,
  scoreOf: score => `美学评分 ${score}`,
  guidanceInterval: (from, to) => `在全程的 ${from} 到 ${to} 之间`,
  rescaled: rescale => `重新缩放 ${rescale}`,
  refinerWay: { ensemble: '与 Refiner 接力', after: '画后精修' },
  no: negative => `排除：${negative}`,
  madeOn: (atMs, device) => `${moment(atMs)}，设备 ${device}`,
}

export const info: Words['info'] = {
  title: '关于这张图片',
  pictureOf: (n, count) => `第 ${n} 张，共 ${count} 张`,
  ofProgram: program => `${program} 写在这张图片里的内容`,
  nearestCommand: '在这里最接近的命令：',
}

export const help: Words['help'] = {
  title: 'Easel 能做什么',
  intro: '写下想画的内容，在末尾加上参数：',
  examples: [
    '/imagine a red circle on a blue background',
    '/imagine a lighthouse at dusk --no people --ar 3:2 --n 4',
    '/imagine a {red,green} house --seed 7 --refine',
  ],
  weights: '(词:1.2) 加重，[词] 减轻。{a,b} 与 --repeat 一次画多张。',
  buttons: '图片下的按钮可以精修、变化、放大和重画，永不失效。',
}

export const topics: Words['topics'] = {
  commands: '命令',
  picture: '画面',
  source: '源图',
  model: '模型',
  sampling: '采样',
  refiner: 'Refiner',
  details: '模型详情',
  samplers: '采样器',
  schedules: '调度',
  styles: '风格',
  files: 'LoRA、ControlNet 等',
}

export const queue: Words['queue'] = {
  empty: '没有人排队：马上就能画。',
  title: (running, waiting) => `${running} 个正在绘制，${waiting} 个在排队`,
  more: n => `…… 还有 ${n} 个`,
  yours: '你的',
  hidden: '另一个请求',
}

export const usage: Words['usage'] = {
  title: hours => `你最近 ${hours} 小时的用量`,
  made: (jobs, pictures) => `${jobs} 个任务，${pictures} 张图片`,
  seconds: seconds => `绘制 ${Math.round(seconds * 10) / 10} 秒`,
  left: pictures => `还剩 ${pictures} 张`,
  unlimited: '没有限额。',
}

export const models: Words['models'] = {
  title: '模型',
  none: '还没有模型：请放进模型文件夹。',
  isDefault: '默认',
  withRefiner: '带 Refiner',
  steps: (steps, guidance, sampler) => `${steps} 步，引导 ${guidance}，${sampler}`,
  sizes: stepPx => `边长为 ${stepPx} 像素的倍数`,
}

export const stats: Words['stats'] = {
  title: days => `最近 ${days} 天`,
  jobs: '任务',
  failures: '失败',
  totals: d =>
    [
      `${d.jobs} 个任务`,
      `${d.pictures} 张图片`,
      `${d.people} 人`,
      `${d.failures} 个失败`,
      `${d.cancelled} 个取消`,
      `绘制 ${Math.round(d.gpuSeconds)} 秒`,
    ].join(' · '),
  wait: (p50, p95) => `等待：一半在 ${duration(p50)} 以内，95% 在 ${duration(p95)} 以内`,
  run: (p50, p95) => `绘制：一半在 ${duration(p50)} 以内，95% 在 ${duration(p95)} 以内`,
  byPerson: '按人',
  byModel: '按模型',
  upscales: '放大（不用模型）',
  byDevice: '按设备',
  devicesNow: '现有设备',
  moreDevices: count => `另有 ${count} 台`,
  row: d =>
    `${d.name}：${d.jobs} 个任务，${d.pictures} 张图片，${d.failures} 个失败，${Math.round(d.gpuSeconds)} 秒`,
  overTime: '任务数随时间的变化（UTC）',
}
