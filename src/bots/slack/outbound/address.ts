/** Where a job's message lives on Slack, as it is stored with the job; only this adapter reads it. */
import { z } from 'zod'
import type { Address } from '../../../app/delivery/courier.ts'
import type { Conversation } from '../../../app/people.ts'
import type { WorkspaceIds } from '../transport/workspaces.ts'

const schema = z.object({
  teamId: z.string(),
  enterpriseId: z.string().optional(),
  channel: z.string(),
  /** The thread's parent, where the message is in a thread. */
  thread: z.string().optional(),
  /** The message itself: the placeholder, then the result. */
  ts: z.string(),
  /** The request card, where this job has one. */
  card: z.string().optional(),
  /** Where the message with the picture is that this one comes from. */
  parentUrl: z.url().optional(),
  /** Of the uploads of this delivery, those that are shown there. */
  group: z.string().optional(),
})
export type SlackAddress = z.infer<typeof schema>

export function readAddress(address: Address): SlackAddress {
  return schema.parse(JSON.parse(address))
}

export function writeAddress(address: SlackAddress): Address {
  return JSON.stringify(address)
}

/** What this adapter keeps with a conversation. */
const details = z.object({ enterpriseId: z.string().optional(), locale: z.string().optional() })

export function localeOf(conversation: Conversation): string | undefined {
  return details.parse(conversation.details ?? {}).locale
}

/** Which installation serves a conversation. */
export function workspaceOf(conversation: Conversation): WorkspaceIds & { teamId: string } {
  const { enterpriseId } = details.parse(conversation.details ?? {})
  return { teamId: conversation.spaceId, ...(enterpriseId === undefined ? {} : { enterpriseId }) }
}
