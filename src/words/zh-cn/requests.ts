/** 简体中文：请求里可以写什么，以及为什么被拒绝。 */

import type { LimitedText } from '../../app/checks/text-limits.ts'
import type { ForeignMark, RefinerMismatch } from '../../app/problems.ts'
import { megabytes } from '../amounts.ts'
import type { Words } from '../en.ts'
import { excerpt } from '../excerpt.ts'
import { moment } from '../moment.ts'
import { errors } from './errors.ts'
import { fileReason } from './reasons/model.ts'
import { pictureRefusal } from './reasons/picture.ts'
import { storageReason } from './reasons/system.ts'

const list = (names: readonly string[]) => names.join('、')
const known = (names: readonly string[]) =>
  names.length === 0 ? '目前一个也没有。' : `可用的有：${list(names)}。`

const refinerParts: Record<RefinerMismatch, string> = { vae: ' VAE ', 'text-encoder-2': '第二个文本编码器' }

const texts: Record<LimitedText, string> = {
  command: '这条命令',
  prompt: '提示词',
  prompt2: '第二段提示词',
  negative: '图中不要出现的内容',
  model: '模型名',
  vae: 'VAE 名',
  sampler: '采样器名',
  schedule: '调度名',
  preset: '预设名',
  style: '风格名',
  loras: 'LoRA 名',
  controls: 'ControlNet 名',
  imagePrompts: 'IP-Adapter 名',
  id: '编号',
}

const flags: Words['flags'] = {
  no: '图中不要出现的内容',
  prompt2: '给第二个文本编码器的文字',
  ar: '长宽比，例如 3:2',
  size: '像素尺寸，例如 1024x768',
  n: '张数',
  seed: '随机种子：种子相同，图片相同',
  steps: '步数：越多越细，也越慢',
  cfg: '贴合提示词的程度',
  rescale: '引导重新缩放，0 到 1：缓和过强的引导',
  interval: '引导起作用的区间，例如 0:0.8',
  sampler: '采样器',
  sigmas: '噪声强度的分布',
  spacing: '步的分布',
  schedule: '噪声水平的调度，例如 sgm_uniform、simple 或 ays',
  churn: 'Euler、Heun 或 DPM2 每步之前加入的噪声',
  eta: '每步重新加入的噪声，0 到 1',
  preset: '少步模型的设置，例如 turbo',
  model: '用哪个模型',
  vae: '换用另一个 VAE',
  lora: 'LoRA 及其权重，例如 style:0.8；可重复此参数，或用 ; 分隔多个',
  style: '用哪种风格',
  'clip-skip': '跳过的文本编码器层数',
  syntax: '提示词里的标记怎样读：a1111、comfyui，或 easel（最初的规则）',
  source: '以 Easel 的某张图片为起点（图片编号）',
  mask: '只重画这张图片中白色的部分（图片编号）',
  strength: '改动源图的幅度（强度），0（不动）到 1',
  'only-masked': '只画蒙版周围的部分，以完整分辨率，周围留这么多像素',
  'soft-edge': '沿蒙版边缘新旧混合的像素数',
  'paste-back': 'off：蒙版保留的部分保持模型给出的样子',
  control: '用 ControlNet 跟随一张图片，例如 canny:0.8:0-0.6',
  'image-prompt': '用 IP-Adapter 把一张图片当作提示，例如 0.6',
  refine: '用 Refiner 收尾',
  'refine-strength': 'Refiner 改动成图的程度，0 到 1',
  'refine-steps': 'Refiner 在成图上的步数',
  'refine-split': '接力时 Refiner 从何处接手，例如 0.8',
  'refine-cfg': 'Refiner 贴合提示词的程度',
  'refine-score': 'Refiner 追求的美学评分，0 到 10',
  fast: '更快，略有不同',
  repeat: '分成几个独立任务重复',
}

const expectations: Words['expectations'] = {
  text: '一段文字',
  'whole-number': '整数',
  number: '数字',
  ratio: '形如 3:2 的比例',
  size: '形如 1024x768 的尺寸',
  interval: '形如 0:0.8 的递增区间',
  'on-off': '留空、on 或 off',
  'on-or-off': 'on 或 off',
  refine: '留空、ensemble、after 或 off',
  sigmas: 'plain、karras、exponential 或 beta',
  spacing: 'leading、trailing 或 linspace',
  syntax: 'a1111、comfyui 或 easel',
  padding: '什么都不写、一个像素数，或 off',
  control: 'ControlNet 的名字，冒号后可写强度、起-止、map、canny、tile 或 blur、guess 和图片的 @编号',
  'image-prompt': '强度、IP-Adapter 的名字和图片的 @编号，用冒号隔开',
  loras: 'LoRA 的名称，冒号后可加一或两个权重，多个之间用 ; 分隔',
  'picture-id': '图片编号',
}

/** 其他程序的标记，在这里照原样画成文字。 */
const foreign: Record<ForeignMark, (written: string) => string> = {
  and: () => '“AND”当作文字：这里不把几段提示词合在一起。',
  'double-colon': written => `“${written}”当作文字：这里的权重写作 (cat:1.2)。`,
  flag: written => `“${written}”当作文字：没有这样的参数。`,
  'decimal-comma': written => `“${written}”当作文字：权重用小数点，写作 (cat:1.2)。`,
  break: () => '“BREAK”当作文字：它属于 A1111 的规则（--syntax a1111）。',
  schedule: written => `“${written}”当作文字：它属于 A1111 的规则（--syntax a1111）。`,
  network: written => `“${written}”当作文字：它属于 A1111 的规则（--syntax a1111）。`,
  unscheduled: written =>
    `“${written}”当作文字：[cat:dog:0.5] 和 [a|b] 不能写在同一个方括号里，旁边也不能有别的“|”。`,
  regions: written => `“${written}”当作文字：这里不把画面分区。`,
  braces: written => `“${written}”当作文字：多种选择写作 {red, blue}，权重写作 (cat:1.2)。`,
  'plus-minus': written => `“${written}”当作文字：这里的权重写作 (cat:1.2)。`,
  wildcard: written => `“${written}”当作文字：这里的通配词是一个词表的名字，例如 __colour__。`,
  link: () => '提示词里的链接当作文字：链接不会被打开；请直接给出图片。',
  'settings-text': written => `“${written}”当作文字：设置用参数给出，例如 --no 和 --steps。`,
}

const problems: Words['problems'] = {
  'prompt-empty': () => '请写下想画的内容，例如：/imagine a red circle on a blue background。',
  'text-too-long': d => {
    const length = typeof d.length === 'number' ? `有 ${d.length} 个` : `超过 ${d.length.moreThan} 个`
    return `${texts[d.field]}${length}字符，最多 ${d.limit} 个。`
  },
  'bracket-unclosed': d => `提示词中的“${d.bracket}”没有闭合：作用到末尾。`,
  'bracket-stray': d => `提示词中的“${d.bracket}”没有对应的开括号：当作文字。`,
  'weight-limited': d => `提示词中的一个权重超出有意义的范围：改用 ${d.used}。`,
  'prompt-foreign': d => foreign[d.what](excerpt(d.written)),
  'network-unused': d => `“<${excerpt(d.type)}:${excerpt(d.name)}>”被略去：这里没有这一类。`,
  'embedding-unknown': d =>
    `没有名为“${excerpt(d.name)}”的嵌入。${d.nearest.length === 0 ? '' : `相近的有：${list(d.nearest)}。`}`,
  'embedding-width': d =>
    `嵌入 ${d.name} 的宽度是 ${d.width}，与这个模型不合：它的文本编码器宽 ${d.expected.join(' 和 ')}。`,
  'fan-out': d => `这样会产生 ${d.count > 1e6 ? '数百万' : d.count} 个任务；一次最多 ${d.limit} 个。`,
  'wildcard-unknown': d => `没有名为“${excerpt(d.name)}”的通配词表。`,
  'wildcard-endless': d => `通配词表“${excerpt(d.name)}”没有尽头：它的每一行又引用了词表。`,
  'flags-more': () => '还有更多参数有误；以上是前几个。',
  'flag-unknown': d =>
    `没有 ${excerpt(d.flag)} 这个参数。${d.nearest === undefined ? '/help 列出了全部参数。' : `是不是 ${d.nearest}？`}`,
  'flag-of-midjourney': d =>
    `${d.flag} 是 Midjourney 的参数，这里没有。${d.nearest === undefined ? '请去掉它。' : `最接近的是 ${d.nearest}，/help 里有说明。`}`,
  'flag-value': d =>
    d.value === ''
      ? `${d.flag} 需要${expectations[d.expected]}。`
      : `${d.flag} 需要${expectations[d.expected]}，而不是“${excerpt(d.value)}”。${d.isField || !/\s/.test(d.value) ? '' : '（参数写在提示词之后。）'}`,
  'option-value': d =>
    d.value === ''
      ? `${d.usage} 需要${expectations[d.expected]}。`
      : `${d.usage} 需要${expectations[d.expected]}，而不是“${excerpt(d.value)}”。`,
  'command-words': d => `${d.usage} 后面不带内容，而不是“${excerpt(d.words)}”。`,
  'flag-repeated': d => `${d.flag} 写了不止一次。`,
  'flag-overridden': d =>
    `${d.flag} 给了两次：采用${d.used === undefined ? '附上的图片' : `“${excerpt(d.used)}”`}，提示词里的“${excerpt(d.dropped)}”被略去。`,
  'out-of-range': d => `${d.name} 是 ${d.value}，应在 ${d.min} 到 ${d.max} 之间。`,
  'size-step': d =>
    `这个模型的边长必须是 ${d.stepPx} 像素的倍数：${d.widthPx}×${d.heightPx} 不行，最接近的是 ${d.nearestWidthPx}×${d.nearestHeightPx}。`,
  'aspect-and-size': d => `${d.aspect} 和 ${d.size} 是两种形状：请去掉其中一个。`,
  'memory-too-small': d => errors['memory-too-small'](d),
  'size-range': d => `${d.widthPx}×${d.heightPx} 超出范围：边长应在 ${d.minPx} 到 ${d.maxPx} 像素之间。`,
  'sampler-unknown': d =>
    `没有采样器“${excerpt(d.name)}”。${d.nearest.length === 0 ? '' : `相近的有：${list(d.nearest)}。`}`,
  'schedule-unknown': d =>
    `没有名为“${excerpt(d.name)}”的调度。${d.nearest.length === 0 ? '' : `相近的有：${list(d.nearest)}。`}`,
  'schedule-unsupported': d =>
    `${d.sampler} 有自己的步骤，不能使用 ${d.schedule} 这样的调度：请去掉它，或换一个采样器。`,
  'sampler-unsupported': d =>
    `模型 ${d.model} 是用另一种噪声（EDM）训练的，${d.sampler} 无法使用：请换一个采样器。`,
  'scheduler-not-built': d =>
    d.key === undefined
      ? `模型 ${d.model} 的调度器 ${d.className} 尚未实现：改用 ${d.sampler}。`
      : `模型 ${d.model} 的调度器 ${d.className} 的 ${d.key} 取这个值时尚未实现：改用 ${d.sampler}。`,
  'zero-snr-unused': d => `模型 ${d.model} 要求噪声一直到信号为零；${d.sampler} 到不了那么远。`,
  'flag-unused': d => `${d.sampler} 用不到 ${d.flag}。`,
  'preset-unknown': d => `没有预设“${excerpt(d.name)}”。${known(d.known)}`,
  'model-unknown': d => `没有模型“${excerpt(d.name)}”。${known(d.known)}`,
  'vae-unknown': d => `没有 VAE“${excerpt(d.name)}”。${known(d.known)}`,
  'vae-unfit': d => `VAE ${d.vae} 的潜变量有 ${d.found} 个通道，而模型 ${d.model} 的有 ${d.expected} 个。`,
  'lora-unknown': d => `没有名为“${excerpt(d.name)}”的 LoRA。${known(d.known)}`,
  'lora-weight': d => `LoRA ${excerpt(d.name)} 的权重应为一个或两个数字，而不是“${excerpt(d.written)}”。`,
  'lora-unfit': d => `LoRA ${d.lora} 不适合模型 ${d.model}：${fileReason(d.problem)}。`,
  'lora-partly': d =>
    `LoRA ${d.lora} 的 ${d.modules} 个模块中有 ${d.unmatched} 个不属于该模型，已略去：${d.examples.map(one => excerpt(one)).join('、')}${d.unmatched > d.examples.length ? '……' : ''}。`,
  'lora-embeddings': d =>
    `LoRA ${d.lora} 的文件里还有嵌入，Easel 不使用：${d.embeddings.map(one => excerpt(one)).join('、')}。它们作为单独的文件可以使用。`,
  'lora-in-negative': d => `LoRA ${excerpt(d.name)} 写在了不希望出现的内容里，已略去：LoRA 应写在提示词中。`,
  'style-unknown': d => `没有风格“${excerpt(d.name)}”。${known(d.known)}`,
  'refine-flag': d => `${d.flag} 须与 --refine ${d.way} 一起使用。`,
  'no-refiner': d => `模型 ${d.model} 没有配套的 Refiner。`,
  'refiner-mismatch': d => `Refiner ${d.refiner} 与 ${d.model} 不匹配：${refinerParts[d.what]}不同。`,
  'strength-too-low': d => `强度 ${d.strength}、${d.steps} 步时一步也不会执行；强度至少要 ${d.minimum}。`,
  'picture-refused': d => pictureRefusal(d.problem),
  'picture-not-fetched': d => {
    switch (d.why) {
      case 'gone':
        return '没能取到那张图片，请重新发送。'
      case 'forbidden':
        return 'Easel 在这里没有读取文件的权限。请管理员带全部权限重新安装。'
      case 'too-large':
        return `文件太大，最多 ${megabytes(d.limitBytes)}。`
      case 'not-a-picture':
        return pictureRefusal({ what: 'not-a-picture' })
    }
  },
  'picture-shrunk': d => `图片（${d.from}）已缩小到 ${d.to}。`,
  'mask-resized': d => `蒙版（${d.mask}）已拉伸到图片的大小（${d.picture}）。`,
  'fast-left-out': () => '--fast 不能与 ControlNet 和图片提示同用，已略去。',
  'mask-flag': d => `${d.flag} 需要一个蒙版。`,
  'control-unknown': d => `没有名为“${excerpt(d.name)}”的 ControlNet。${known(d.known)}`,
  'control-unfit': d => `ControlNet ${d.control} 不是为 ${d.model} 这样的模型做的。`,
  'control-without-picture': d => `ControlNet ${d.control} 需要一张可以跟随的图片。`,
  'control-unnamed': d => `请说明由哪个 ControlNet 跟随这张图片。${known(d.known)}`,
  'pictures-unused': d => `${d.flag} 只用 ${d.taken} 张图片，却给了 ${d.given} 张。`,
  'image-prompt-unknown': d =>
    d.name === undefined
      ? '把图片当作提示需要 IP-Adapter 和它的图像编码器，模型文件夹里没有。'
      : `没有名为“${excerpt(d.name)}”的 IP-Adapter。${known(d.known)}`,
  'image-prompt-unfit': d => `IP-Adapter ${d.adapter} 不是为 ${d.model} 这样的模型做的。`,
  'image-prompt-without-picture': () => '图片提示需要一张图片。',
  'mask-without-source': () => '有蒙版时还需要一张源图。',
  'strength-without-source': () => '强度要和一张源图一起用。',
  'source-private': () => '这张图的源图属于原作者：请保持它的强度和蒙版不变，或者换上你自己的源图。',
  'no-recipe': () => 'Easel 不知道那张图是怎么画的，所以不能这样继续。',
  'model-changed': d => `模型 ${d.model} 与画那张图时不同，结果会有差别。`,
  'picture-unknown': () => '这里没有这个编号的图片。',
  'picture-gone': () => '这张图片已经不在这里了：它已被删除，或超过了保存期限。',
  'job-unknown': () => '这个请求已经不在这里了：它已被删除，或超过了保存期限。',
  'already-running': () => '已经在画了。',
  'not-finished': () => '还没有完成：完成后才能显示。',
  'already-finished': () => '已经完成了。',
  'cancel-not-stored': d =>
    `已经停止绘制，但 Easel 现在无法保存取消：${storageReason(d.problem)}。如果 Easel 在能够保存之前重启，会重新绘制。`,
  'not-yours': () => '只有发起的人或管理员可以这样做。',
  'admins-only': d => `只有管理员可以这样做。运行 Easel 的人在配置中指定管理员，你在那里的名称是 ${d.name}。`,
  'quota-used': d => {
    const quota = `${{ person: '你', address: '你的网络', space: '这里' }[d.whose]}每 ${d.perHours} 小时 ${d.limit} 张的额度`
    const left = d.left === 0 ? `${quota}已用完` : `${quota}还剩 ${d.left} 张，而这次需要 ${d.wanted} 张`
    return d.nextAt === undefined
      ? `${left}；一次不可能画这么多。`
      : `${left}；${moment(d.nextAt)} 之后可以画。`
  },
  'queue-full': d => `队列已满（${d.limit} 个任务）。请过一会儿再试。`,
  'shutting-down': () => 'Easel 正在重启，请稍后再试。',
}

export const command: Pick<Words, 'flags' | 'expectations' | 'problems'> = { flags, expectations, problems }
