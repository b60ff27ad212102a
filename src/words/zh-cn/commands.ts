/** 简体中文：各个命令，以及它们在各个平台上都说的话。 */
import type { Words } from '../en.ts'
import { duration } from './messages.ts'

export const commands: Words['commands'] = {
  imagine: { name: '画图', title: '画图', about: '用文字画一张图' },
  queue: { name: '队列', title: '队列', about: '正在绘制的和在排队的' },
  mine: { name: '我的', title: '我的图片', about: '你最近的图片和它们的编号' },
  show: { name: '重现', title: '重现', about: '把以前的图片带到这里，按钮都还能用' },
  models: { name: '模型', title: '模型', about: '模型、采样器、调度和风格' },
  usage: { name: '用量', title: '用量', about: '你的用量和剩余额度' },
  settings: { name: '设置', title: '默认设置', about: '你自己的默认设置' },
  notify: { name: '通知', title: '通知', about: '图片完成时是否通知你' },
  stats: { name: '统计', title: '统计', about: '这里所有人的用量，仅限管理员' },
  help: { name: '帮助', title: '帮助', about: '例子、命令和参数' },
  forget: { name: '忘记 我', title: '忘记我', about: '删除你的所有提示词和图片' },
}

export const commandOptions: Words['commandOptions'] = {
  id: { name: '编号', about: '你的某张图片，或任何图片的编号（见“信息”）' },
  state: { name: '状态', about: 'on（开）或 off（关）' },
  days: { name: '天数', about: '往回统计多少天' },
}

export const optionWithDefault: Words['optionWithDefault'] = (about, usual) => `${about}，默认 ${usual}`

export const unknownCommand: Words['unknownCommand'] = (typed, nearest, help) =>
  `没有“${typed}”这个命令。${nearest === undefined ? `${help} 列出所有命令。` : `是不是“${nearest}”？`}`

export const mine: Words['mine'] = {
  title: '你最近的图片',
  none: '你还没有完成的图片。',
  id: id => `编号 ${id}`,
  how: prefix => `${prefix}show 和 --source 可以用编号。`,
  choice: (title, agoMs) => `${title}（${duration(agoMs)}前）`,
}

export const notify: Words['notify'] = {
  on: prefix => `图片完成时会通知你。用 ${prefix}notify off 关闭。`,
  off: prefix => `图片完成时不再通知你。用 ${prefix}notify on 恢复。`,
}

export const forget: Words['forget'] = {
  title: '这会永久删除你在这个平台上各处的所有提示词和图片。',
  yes: '删除我的一切',
  done: n => `已删除你的 ${n} 个请求。`,
}
