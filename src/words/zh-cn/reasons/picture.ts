/** 图片为什么不能用：简体中文。 */
import type { PictureProblem } from '../../../errors/picture-problem.ts'
import { megabytes } from '../../amounts.ts'
import { type ReasonTable, reasonIn } from '../../reason-table.ts'

export function pictureRefusal(problem: PictureProblem): string {
  return `这张图片不能用：${reason(problem)}。`
}

const reasons: ReasonTable<PictureProblem> = {
  'not-a-picture': () => '这个文件不是图片（可以用 PNG、JPEG 和 WebP）',
  format: p => `不支持 ${p.found}，可以用 PNG、JPEG 和 WebP`,
  'too-many-bytes': p => `文件有 ${megabytes(p.bytes)}，上限是 ${megabytes(p.limitBytes)}`,
  'too-many-pixels': p =>
    `${p.widthPx}×${p.heightPx} 共 ${tenThousands(p.widthPx * p.heightPx)} 万像素，上限是 ${tenThousands(p.limitPixels)} 万`,
  side: p => `尺寸是 ${p.widthPx}×${p.heightPx}，每边须在 ${p.minPx} 到 ${p.maxPx} 像素之间`,
  animated: () => '这是动图，请发送单帧图片',
  damaged: () => '文件已损坏或不完整',
  metadata: p => `内嵌的文字或颜色配置超过 ${megabytes(p.limitBytes)}`,
}

function reason(p: PictureProblem): string {
  return reasonIn(reasons, p.what, p)
}

const tenThousands = (count: number) => Math.round(count / 10_000)
