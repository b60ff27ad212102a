/** 简体中文：只在 Slack 里说的话。 */

import type { Words } from '../en.ts'
export const slack: Words['slack'] = {
  operator: {
    known: (bot, team) => `SLACK_BOT_TOKEN 属于 ${team} 的 @${bot}`,
    severalWorkspaces: '各工作区在 /slack/install 安装',
    socketMode: 'SLACK_APP_TOKEN 可以打开 Socket Mode',
    scopesGranted: '权限范围齐全',
    scopesMissing: scopes =>
      `缺少权限范围（${scopes.join('、')}）：请按 config/slack-manifest.yaml 更新应用并重新安装`,
    twoApps: 'SLACK_BOT_TOKEN 和 SLACK_APP_TOKEN 属于两个应用：请都取自同一个应用',
    refused: (variable, code) => `Slack 不接受 ${variable}：${code}`,
    unreachable: code => `Slack 没有回应（${code}）`,
  },
  form: {
    title: '画一张图',
    submit: '开始画',
    close: '关闭',
  },
  replies: {
    accepted: '已接受。这里请求很多，消息要稍后才出现。',
    undeletable: n =>
      `有 ${n} 条只有一个人能看到的回复会留到重新加载 Slack 为止：Slack 不让我删除这样的回复。`,
    formLate: '表单没能及时打开，请再试一次。',
    inThreads: '在消息列里请提到我，写法相同：Slack 在那里没有命令。',
    shown: '在这里。',
    typedPart: (part, of) => `你输入的内容（${part}/${of}）：`,
    sentToYou: '已用私信发给你。',
    picturesAbove: '图片在上面一条消息里。',
    formBySlash: name => `请输入 /easel ${name}：只有这样才能打开表单。`,
    noPictureSent: '那个文件不是图片。请发 PNG、JPEG 或 WebP，或者只发文字。',
    picturesLeftOut: '你的消息里图片多于所需：后面的没有用上。',
    sentDirect: '结果已用私信发给提出请求的人。',
    undelivered: '结果无法在这里显示；提出请求的人可以用 /easel show 取得。',
    wordless: '没有附上文字：Slack 在这里不接受它们。',
    mention: '提到我并写上想画什么；在消息列里 /imagine 不能用，这样可以。',
    invite: '我还不在那个频道里。请在那里输入 /invite @easel，然后再试。',
    archived: '这个频道已归档，没法在那里回复。请换一个频道。',
    revoked: '我已被移出这个工作区，没法回复。管理员重新安装后就可以了。',
    scopeMissing: '我在这个工作区缺少一项权限，没法回复。管理员带全部权限重新安装我之后就可以了。',
    withoutScope: id =>
      `我在这个工作区缺少一项权限，没法完整显示这个结果。管理员带全部权限重新安装我之后，用 /easel show ${id} 就能看到。`,
    movedHere: '你提出请求的地方我不能发言，所以发到这里。',
    deletedElsewhere: '应显示结果的那条消息已经不在了，所以发到这里。',
    fileGone: '它的文件在你提出请求的地方被删除了，所以发到这里。',
    fileRefusals: {
      'not-in-blocks': '不能放进消息',
      'not-processed': '未能及时处理完',
      'not-visible': '未能及时显示',
      upload_refused: '文件服务器不接受',
    },
    picturesRefused: (reason, id) =>
      `Slack 没有接收图片（${reason}）。图片还在：用 /easel show ${id} 可以再取。`,
    elsewhere: '我不能在这个对话里发言。请到我在的频道或私信里来。',
  },
  install: {
    cancelled: '安装已取消，Easel 没有加入。随时可以重新开始。',
    stale: '这个页面已过期，或属于另一个浏览器。请重新开始安装。',
    failed: 'Slack 没有让 Easel 加入。请重新开始；如果再次失败，请联系运行 Easel 的人。',
  },
  home: {
    title: '你的图片',
    running: '进行中',
    none: '你没有等待中的图片。',
    stats: '工作区用量',
    more: n => `……还有 ${n} 个`,
  },
}
