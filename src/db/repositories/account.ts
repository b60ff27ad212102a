/** The account of a person: one per human and platform, across spaces if the platform's user ids are global. Pure. */
import type { Identity } from './documents.ts'

/** Discord's user ids are global; Slack's are valid in their workspace only. */
const globalUserIds: ReadonlySet<Identity['platform']> = new Set(['discord'])

/** Whether a user id denotes the same human in every space of the platform. */
export function isGlobal(platform: Identity['platform']): boolean {
  return globalUserIds.has(platform)
}

/** `discord:123`, `slack:T1:U1`. Quota, fairness and ownership are per account; names and defaults are per space. */
export function accountOf({ platform, spaceId, userId }: Omit<Identity, 'name'>): string {
  return isGlobal(platform) ? `${platform}:${userId}` : `${platform}:${spaceId}:${userId}`
}
