/** The bot's permissions in a conversation, as Discord sent them with the request. Pure. */
import { PermissionFlagsBits } from 'discord.js'
import type { Conversation } from '../../../app/people/people.ts'
import { detailsOf } from './address.ts'

/** Permissions without which a request falls back to less. */
export const usedPermissions = {
  view: PermissionFlagsBits.ViewChannel,
  send: PermissionFlagsBits.SendMessages,
  threads: PermissionFlagsBits.CreatePublicThreads,
  sendInThreads: PermissionFlagsBits.SendMessagesInThreads,
  attach: PermissionFlagsBits.AttachFiles,
  history: PermissionFlagsBits.ReadMessageHistory,
} as const
export type UsedPermission = keyof typeof usedPermissions

/** Whether the bot has that permission. Unknown permissions count as granted, and Discord may refuse later. */
export function hasPermission(conversation: Conversation, permission: UsedPermission): boolean {
  const { permissions } = detailsOf(conversation)
  return permissions === undefined || (BigInt(permissions) & usedPermissions[permission]) !== 0n
}

/** Whether the bot can post there with its own token; otherwise it can only respond, for 15 minutes. */
export function canPostWithOwnToken(conversation: Conversation): boolean {
  if (detailsOf(conversation).answersOnly === true) return false
  if (conversation.kind === 'direct') return true
  const send = conversation.kind === 'thread' ? 'sendInThreads' : 'send'
  return hasPermission(conversation, 'view') && hasPermission(conversation, send)
}
