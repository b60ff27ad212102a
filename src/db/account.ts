/** Which account a person acts with: the same one wherever their platform means the same human by it. Pure. */
import type { Identity } from './documents.ts'

/** Discord's user ids are global; Slack's mean something inside their workspace alone. */
const globalUserIds: ReadonlySet<Identity['platform']> = new Set(['discord'])

/** Whether a user's id means the same human in every space of the platform. */
export function isGlobal(platform: Identity['platform']): boolean {
  return globalUserIds.has(platform)
}

/** `discord:123`, `slack:T1:U1`: quota, turns and ownership go by it, names and defaults by space. */
export function accountOf({ platform, spaceId, userId }: Omit<Identity, 'name'>): string {
  return isGlobal(platform) ? `${platform}:${userId}` : `${platform}:${spaceId}:${userId}`
}
