/** 简体中文：只在网页聊天里出现的文字。 */
import type { Words } from '../en.ts'

export const web: Words['web'] = {
  lang: 'zh-CN',
  name: 'Easel',
  skip: { toField: '跳到输入框', toAnswer: '跳到回复' },
  navLabel: '查询',
  feed: '对话',
  earlier: '显示更早的请求',
  guest: tag => `访客 ${tag}`,
  empty: {
    title: '想画点什么？',
    text: '在下面描述一张图片。它会出现在这里，并带有精修、变化等按钮。',
  },
  composer: {
    label: '想画什么',
    placeholder: '/imagine a red circle on a blue background',
    send: '画',
    hint: '参数写在末尾：--no、--ar 3:2、--n 4、--seed 7 …… 全部参数见 /help。',
    attach: '以一张图片为起点',
    remove: '移除图片',
    strength: '改动幅度',
    mask: '只重画这张图中白色的部分',
    guides: '要跟随的图片',
  },
  result: {
    command: '再画一张同样的',
    copy: '复制',
    copied: '已复制',
    progress: '进度',
    preview: '目前的样子',
    buttonsOf: title => `对“${title}”的操作`,
    open: '打开原图',
    download: '下载',
    downloadNumber: n => `下载 ${n}`,
    original: '原图文件，带生成参数',
  },
  announce: {
    done: title => `完成：${title}`,
    offline: '连接断开，正在重试……',
    notSent: '连接断开，恢复后会自动发送。',
  },
  dialog: { close: '关闭', back: '返回聊天', onlyYou: '只有你能看到。' },
  remix: { title: '改词重画', prompt: '提示词，参数写在末尾', send: '画' },
  confirm: {
    title: n => `这会变成 ${n} 个独立的请求`,
    yes: n => `${n} 个都画`,
    again: label => `请重新选择：${label}`,
  },
  done: {
    deleted: '已删除。',
    cancelled: '已取消。',
    duplicate: '这个请求已经在处理了。',
  },
  stats: { csv: '下载 CSV', days: n => `${n} 天`, period: '时段' },
  refused: {
    host: host =>
      `Easel 不应答“${host}”这个名称。请使用它启动时显示的地址；如果这就是它的名称，请让运行它的人把它加入 web.allowedHosts。`,
    origin: (origin, entry, host) =>
      entry === ''
        ? '这个请求不是来自 Easel 自己的页面。'
        : `这个请求来自 ${origin} 的页面，而 Easel 被称作 ${host}。如果那是 Easel 的页面，请让运行它的人把 ${entry} 加入 web.allowedHosts。`,
    large: megabytes => `太大了，最多 ${megabytes} MB。`,
    fileGone: name => `${name} 已无法读取：选好之后它被修改、移动或删除了。请重新选择。`,
    notPicture: '这不是可用的图片。可以用 PNG、JPEG 和 WebP。',
    onePicture: name => `一次只用一张图片：已选 ${name}。`,
    answered: status => `页面与 Easel 之间有别的程序代为应答（${status}）。请重新加载页面再试。`,
    largeForProxy:
      '页面与 Easel 之间的程序不接受这么大的文件（413）。请换小一些的，或请运行 Easel 的人在那里提高上限。',
    busy: '现在上传的图片太多，请稍后再试。',
    streams: '你的地址打开的 Easel 页面太多，请关闭一个再试。',
    stalled: '图片上传中断，请重新发送。',
    missing: '这里什么也没有。',
    method: '这个地址不能这样打开。',
    broken: 'Easel 内部出错，已记入日志。',
    unreadable: '无法读取这个请求。请刷新页面再试。',
  },
}
