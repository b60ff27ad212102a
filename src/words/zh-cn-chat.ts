/** 简体中文：Discord 和 Slack 都说的话。 */
import type { Chat } from './en-chat.ts'

export const chat: Chat = {
  remix: '改词重画',
  useAsSource: '用作源图',
  form: {
    prompt: '提示词',
    promptHint: '想画什么。也可以在末尾写参数。',
    negative: '画面里不要有什么',
    aspect: '宽高比',
    usual: '照常',
    count: '张数',
    model: '模型',
    strength: '离原图多远，0 到 1',
    which: '哪一张',
    numbered: n => `第 ${n} 张`,
  },
  settings: {
    title: '你的默认设置',
    saved: '默认设置已保存。',
    size: '尺寸',
    negative: '画面里永远不要有什么',
  },
  confirm: {
    title: n => `这会变成 ${n} 个请求：`,
    yes: n => `全部画出来（${n}）`,
    more: n => `……还有 ${n} 个`,
    tooLate: '时间太久了，请重新提交。',
  },
  forget: {
    title: '这会永久删除你在这里的所有提示词和图片。',
    yes: '删除我的一切',
    done: n => `已删除你的 ${n} 个请求。`,
  },
  replies: {
    cancelled: '已取消。',
    deleted: '已删除。',
    unknownButton: '这个按钮不是我的。',
    noPicture: '那条消息里没有图片。',
    notMine: '我不认识这张图片：不是我画的，或者后来被改过。',
    tooLarge: megabytes => `文件太大，最多 ${megabytes} MB。`,
    commandTooLong: '命令太长，这里放不下；“改词重画”会从同样的词开始。',
    unknownForm: '这个表单不是我的，请重新打开。',
  },
}
