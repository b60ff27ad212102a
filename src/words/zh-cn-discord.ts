/** 简体中文：只在 Discord 上说的话。 */
import type { Words } from './en.ts'
import { discordCommands } from './zh-cn-discord-commands.ts'

export const discord: Words['discord'] = {
  ...discordCommands,
  off: {
    token: '没有设置 DISCORD_TOKEN',
  },
  presence: (model, waiting) =>
    waiting === 0 ? `/imagine · ${model}` : `/imagine · ${model} · ${waiting} 个在排队`,
  places: {
    permissions: {
      view: '查看频道',
      send: '发送消息',
      threads: '创建公共子区',
      sendInThreads: '在子区内发送消息',
      attach: '添加附件',
    },
  },
}
