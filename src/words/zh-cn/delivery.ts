/** 简体中文：送达和删除的结果。 */
import type { Words } from '../en.ts'

export const delivery: Words['delivery'] = {
  reasons: {
    deleted: () => '那里的消息、子区或频道已被删除',
    forbidden: () => '我在那里没有权限',
    content: () => '那里不接受它的文字',
    files: () => '那里不接受它的文件',
    expired: () => '在那里可以这样做的时间已过',
    'no-direct-messages': () => '我的私信被关闭了',
    silent: () => '几天没有回应',
    unknown: code => `得到的回答是 ${code}`,
  },
  undelivered: (title, reason, command) =>
    `“${title}”已完成，但没有显示在任何地方：${reason}。用 ${command} 取得它。`,
  notShown: reason => `无法在这里显示：${reason}。`,
  sentDirect: '无法在这里显示，所以用私信发送。',
  filesMissing: (missing, pictures) =>
    missing === pictures
      ? '服务器上没有图片文件。'
      : `${pictures} 张图片中有 ${missing} 张在服务器上没有文件。`,
  comesLater: '会尽快送到。',
  deleting: n => `正在删除 ${n} 个请求，可能需要一点时间。`,
  kept: (things, reason) => `没有删除：${things.join('、')}，因为${reason}。一个月内我每天都会再试。`,
  messages: n => `${n} 条消息`,
  files: n => `${n} 个文件`,
  replies: n => `${n} 条只有一个人能看到的回复`,
  threadNames: n => `${n} 个子区的名称`,
}
