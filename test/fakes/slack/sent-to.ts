/** Where a call of the app leads: the conversation and the person that see what it carries, and the files it shows. */
import { z } from 'zod'
import type { Place, SentFile } from '../traffic.ts'
import type { Interactions } from './interactions.ts'
import type { StoredFile, World } from './world.ts'

export function sentTo(
  world: World,
  interactions: Interactions,
  teamId: string,
  args: Record<string, unknown>,
): Place {
  const viewer =
    world.views.get(text(args.view_id) ?? '')?.userId ?? interactions.ownerOf(text(args.trigger_id))
  const channel = text(args.channel) ?? text(args.channel_id)
  const member = world.members.get(channel ?? '')
  return {
    spaceId: teamId,
    conversationId: member === undefined ? channel : world.directChannel(member).id,
    personId: text(args.user) ?? text(args.user_id) ?? viewer,
  }
}

const acknowledged = z.object({
  team_id: z.string().optional(),
  channel_id: z.string().optional(),
  user_id: z.string().optional(),
  team: z.object({ id: z.string() }).optional(),
  channel: z.object({ id: z.string() }).optional(),
  user: z.object({ id: z.string() }).optional(),
})

/** What an acknowledgement carries is for the one who acted. */
export function acknowledgedTo(payload: Record<string, unknown>): Place {
  const {
    team_id: teamId,
    channel_id: channelId,
    user_id: userId,
    team,
    channel,
    user,
  } = acknowledged.parse(payload)
  return {
    spaceId: teamId ?? team?.id,
    conversationId: channelId ?? channel?.id,
    personId: userId ?? user?.id,
  }
}

/** Files that the call completes or shows in a block, with their bytes. */
export function filesIn(world: World, args: Record<string, unknown>): SentFile[] {
  const written = JSON.stringify([args.files, args.blocks, args.view] satisfies unknown[])
  const ids = new Set([...written.matchAll(/\bF\d{8}\b/g)].map(([id]) => id))
  return [...ids].flatMap(id => {
    const file = world.files.get(id)
    return file === undefined ? [] : [sentFile(file)]
  })
}

function sentFile({ name, title, altText, bytes }: StoredFile): SentFile {
  return { name: [name, title, altText].join('\n'), bytes: bytes ?? new Uint8Array() }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
