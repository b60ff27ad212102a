/** The minimum intervals between two progress edits of one job, by platform. */
import type { ChatPlatform } from '../common/platforms.ts'

export const progressIntervalsMs: Readonly<Record<ChatPlatform, number>> = {
  // A channel takes about five edits in five seconds; results and several jobs share them.
  discord: 2500,
  // chat.update is in tier 3: at least 50 calls a minute for a workspace.
  slack: 3000,
  // An event on an open connection costs no rate limit.
  web: 200,
}
