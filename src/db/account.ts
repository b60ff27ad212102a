/** Which account a person acts with: the same one wherever their platform means the same human by it. Pure. */
import type { Identity } from './documents.ts'

/** Discord's user ids are global; Slack's mean something inside their workspace alone. */
const globalUserIds: ReadonlySet<Identity['platform']> = new Set(['discord'])

/** `discord:123`, `slack:T1:U1`: quota, turns and ownership go by it, names and defaults by space. */
export function accountOf({ platform, spaceId, userId }: Omit<Identity, 'name'>): string {
  return globalUserIds.has(platform) ? `${platform}:${userId}` : `${platform}:${spaceId}:${userId}`
}
