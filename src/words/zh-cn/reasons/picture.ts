/** 图片为什么不能用：简体中文。 */
import type { PictureProblem } from '../../../errors/picture-problem.ts'
import { megabytes } from '../../amounts.ts'

export function pictureRefusal(problem: PictureProblem): string {
  return `这张图片不能用：${reason(problem)}。`
}

function reason(p: PictureProblem): string {
  switch (p.what) {
    case 'not-a-picture':
      return '这个文件不是图片（可以用 PNG、JPEG 和 WebP）'
    case 'format':
      return `不支持 ${p.found}，可以用 PNG、JPEG 和 WebP`
    case 'too-many-bytes':
      return `文件有 ${megabytes(p.bytes)}，上限是 ${megabytes(p.limitBytes)}`
    case 'too-many-pixels':
      return `${p.widthPx}×${p.heightPx} 共 ${tenThousands(p.widthPx * p.heightPx)} 万像素，上限是 ${tenThousands(p.limitPixels)} 万`
    case 'side':
      return `尺寸是 ${p.widthPx}×${p.heightPx}，每边须在 ${p.minPx} 到 ${p.maxPx} 像素之间`
    case 'animated':
      return '这是动图，请发送单帧图片'
    case 'damaged':
      return '文件已损坏或不完整'
    case 'metadata':
      return `内嵌的文字或颜色配置超过 ${megabytes(p.limitBytes)}`
  }
}

const tenThousands = (count: number) => Math.round(count / 10_000)
