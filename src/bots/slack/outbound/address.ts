/** The address of a job's message on Slack, which is stored with the job and read by this adapter only. */
import { z } from 'zod'
import type { Conversation } from '../../../app/people/people.ts'
import { addressForm } from '../../delivery/stored-address.ts'
import type { WorkspaceIds } from '../transport/workspaces.ts'

const schema = z.object({
  teamId: z.string(),
  enterpriseId: z.string().optional(),
  channel: z.string(),
  /** The thread's parent, if the message is in a thread. */
  thread: z.string().optional(),
  /** The message itself: the placeholder, then the result. */
  ts: z.string(),
  /** The request card, if this job has one. */
  card: z.string().optional(),
  /** The URL of the message with the source picture. */
  parentUrl: z.url().optional(),
  /** The group of this delivery's uploads that is shown there. */
  group: z.string().optional(),
})
export type SlackAddress = z.infer<typeof schema>

export const { read: readAddress, write: writeAddress } = addressForm(schema)

const homeAddress = z.object({
  teamId: z.string(),
  enterpriseId: z.string().optional(),
  userId: z.string(),
})
/** A person's Home tab. */
export type HomeAddress = z.infer<typeof homeAddress>

/** A reply to one person that was sent as a direct message. */
const directReplyAddress = z.object({
  teamId: z.string(),
  enterpriseId: z.string().optional(),
  channel: z.string(),
  ts: z.string(),
})

const replyAddress = z.union([z.object({ home: homeAddress }), z.object({ direct: directReplyAddress })])

/** The address of a reply that only one person sees and Easel can delete. */
export const { read: readReplyAddress, write: writeReplyAddress } = addressForm(replyAddress)

/** The details that this adapter stores with a conversation. */
const details = z.object({ enterpriseId: z.string().optional(), locale: z.string().optional() })

export function localeOf(conversation: Conversation): string | undefined {
  return details.parse(conversation.details ?? {}).locale
}

/** The installation that serves a conversation. */
export function workspaceOf(conversation: Conversation): WorkspaceIds & { teamId: string } {
  const { enterpriseId } = details.parse(conversation.details ?? {})
  return { teamId: conversation.spaceId, ...(enterpriseId === undefined ? {} : { enterpriseId }) }
}
