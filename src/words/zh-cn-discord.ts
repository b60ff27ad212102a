/** 简体中文：只在 Discord 上说的话。 */
import type { Words } from './en.ts'
import { discordCommands } from './zh-cn-discord-commands.ts'

export const discord: Words['discord'] = {
  ...discordCommands,
  presence: (model, waiting) =>
    waiting === 0 ? `/imagine · ${model}` : `/imagine · ${model} · ${waiting} 个在排队`,
  places: {
    threads: '有“创建公共子区”权限的话，我会在子区里回复。',
    sendInThreads: '有“在子区内发送消息”权限的话，我会在子区里回复。',
    tooManyThreads: '这个服务器的子区已满，所以在这里回复。',
    view: '我在这里只能回复 15 分钟；有“查看频道”权限就没有这个限制。',
    send: '我在这里只能回复 15 分钟；有“发送消息”权限就没有这个限制。',
    attach: '没有“添加附件”权限，我无法在这里显示图片。',
    answersOnly: '我不是这里的成员：超过 15 分钟的结果会用私信发送。',
    later: '这要花的时间比我能在这里回复的时间长：结果会用私信发送。',
    elsewhere: '原来的地方已经不能写了，所以发在这里。',
    smaller: '细节有所减少：原文件超过了 Discord 在这里允许的大小。',
    tooLarge: '文件超过了 Discord 在这里允许的大小，压缩后也不行。',
    pictureGone: '图片文件已经不在了。',
    removedThread: '已删除的图片',
  },
}
