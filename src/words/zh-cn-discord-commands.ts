/** 简体中文：Discord 的命令、选项和表单的名称，以及对它们的回答。 */

import type { discordCommands as english } from './en-discord-commands.ts'

export const discordCommands: typeof english = {
  shortcuts: { useAsSource: '用作源图', imageInfo: '图片信息' },
  options: {
    prompt: '提示词',
    negative: '排除',
    aspect: '宽高比',
    size: '尺寸',
    count: '张数',
    model: '模型',
    style: '风格',
    source: '源图',
    strength: '强度',
    refine: '精修',
    seed: '种子',
    steps: '步数',
    guidance: '引导',
    sampler: '采样器',
    preset: '预设',
    mask: '蒙版',
    fast: '快速',
    repeat: '重复',
  },
  about: {
    prompt: '想画什么；也可以在末尾写参数',
    source: '从这张图片开始',
    mask: '只重画这张图片中白色的部分',
  },
  choices: { on: '是', off: '否', ensemble: '是，边画边修', after: '是，画完再修' },
  replies: {
    accepted: '已接受。',
    unknownCommand: '我不再认识这个命令。重启 Discord 可以看到现有的命令。',
  },
  operator: {
    known: name => `令牌属于“${name}”`,
    notInGuild: guildId => `Easel 不在服务器 ${guildId} 里`,
    invite: link => `邀请到服务器：${link}`,
    inviteForOneself: link => `只给自己安装：${link}`,
    trial: guildId => `命令只在服务器 ${guildId} 里（discord.guildId）`,
    everywhere: '命令在所有地方可用',
    unreachable: problem => `没能询问 Discord：${problem}`,
    wrongToken: 'Discord 不认识 DISCORD_TOKEN；请到开发者门户的 Bot 页面重新生成',
  },
}
