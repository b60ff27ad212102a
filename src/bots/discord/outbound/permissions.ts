/** What the bot can do in a conversation, from the permissions that Discord sent with the request. Pure. */
import { PermissionFlagsBits } from 'discord.js'
import type { Conversation } from '../../../app/people.ts'
import { detailsOf } from './address.ts'

/** Permissions that a request can do with less of. */
export const helpful = {
  view: PermissionFlagsBits.ViewChannel,
  send: PermissionFlagsBits.SendMessages,
  threads: PermissionFlagsBits.CreatePublicThreads,
  sendInThreads: PermissionFlagsBits.SendMessagesInThreads,
  attach: PermissionFlagsBits.AttachFiles,
  history: PermissionFlagsBits.ReadMessageHistory,
} as const
export type Helpful = keyof typeof helpful

/** Whether it has that one; unknown permissions count as given, and Discord's refusal will tell. */
export function has(conversation: Conversation, permission: Helpful): boolean {
  const { permissions } = detailsOf(conversation)
  return permissions === undefined || (BigInt(permissions) & helpful[permission]) !== 0n
}

/** Whether the bot can write there by its own token; otherwise it can only answer, for 15 minutes. */
export function writesItself(conversation: Conversation): boolean {
  if (detailsOf(conversation).answersOnly === true) return false
  if (conversation.kind === 'direct') return true
  const send = conversation.kind === 'thread' ? 'sendInThreads' : 'send'
  return has(conversation, 'view') && has(conversation, send)
}
