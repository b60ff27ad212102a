/** The reply to people who use the app in a workspace where it is not, or no longer, installed. */
import { z } from 'zod'
import type { Words } from '../../../words/en.ts'
import { respondTo } from '../outbound/response-url.ts'
import type { Rejection } from '../transport/durable-app.ts'
import type { Workspaces } from '../transport/workspaces.ts'
import { workspaceOfView } from './senders.ts'

const id = z.object({ id: z.string() }).nullish()

/** A command has its ids at the top level, an interaction in objects; events cannot be answered. */
const interactive = z.object({
  team_id: z.string().nullish(),
  enterprise_id: z.string().nullish(),
  team: id,
  enterprise: id,
  user: z.object({ team_id: z.string().nullish() }).nullish(),
  command: z.string().optional(),
  response_url: z.string().optional(),
  view: z
    .object({
      blocks: z.array(z.object({ type: z.string(), block_id: z.string().optional() })),
      app_installed_team_id: z.string().nullish(),
    })
    .nullish(),
})
type Interactive = z.infer<typeof interactive>

/** The rejection of an event; undefined if the app is installed, if that is unknown, or if nobody waits for a reply. */
export function rejectionOf(workspaces: Workspaces, body: unknown, words: Words): Rejection | undefined {
  const parsed = interactive.safeParse(body)
  if (!parsed.success || Reflect.has(Object(body), 'event') || isInstalled(workspaces, parsed.data))
    return undefined
  const { command, response_url: responseUrl, view } = parsed.data
  const text = words.slack.replies.revoked
  const field = view?.blocks.find(({ type }) => type === 'input')?.block_id
  if (command !== undefined) return { ack: { response_type: 'ephemeral', text }, followUp: async () => {} }
  if (field !== undefined)
    return { ack: { response_action: 'errors', errors: { [field]: text } }, followUp: async () => {} }
  return {
    ack: undefined,
    async followUp() {
      if (responseUrl !== undefined) await respondTo(responseUrl, undefined, { text })
    },
  }
}

function isInstalled(workspaces: Workspaces, body: Interactive): boolean {
  const teamId = workspaceOfView(body.view) ?? body.team_id ?? body.team?.id ?? body.user?.team_id
  const enterpriseId = body.enterprise_id ?? body.enterprise?.id
  if (!teamId && !enterpriseId) return true
  try {
    const ids = { ...(teamId ? { teamId } : {}), ...(enterpriseId ? { enterpriseId } : {}) }
    return workspaces.of(ids) !== undefined
  } catch {
    return true
  }
}
