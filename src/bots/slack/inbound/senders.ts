/** Reads sender, conversation and event id from each kind of Slack payload. Pure. */
import type { BlockAction, MessageShortcut, SlashCommand, ViewSubmitAction } from '@slack/bolt'
import { z } from 'zod'
import type { WorkspaceIds } from '../transport/workspaces.ts'
import type { Sender } from './request-context.ts'

type Interaction = Pick<BlockAction | MessageShortcut | ViewSubmitAction, 'team' | 'enterprise'> & {
  user: { id: string; name?: string; username?: string; team_id?: string }
}

/** The trigger id identifies a command, because Slack gives it no event id. */
export function commandSender(command: SlashCommand): Sender {
  return {
    ids: idsOf(command.team_id, command.enterprise_id),
    userId: command.user_id,
    userName: command.user_name,
    channel: command.channel_id,
    eventId: command.trigger_id,
  }
}

const container = z.object({
  channel_id: z.string().optional(),
  thread_ts: z.string().optional(),
})

/** A press on a message continues in that message's thread; a press on the Home tab in direct messages. */
export function buttonSender(body: BlockAction): Sender {
  const { channel_id: channel, thread_ts: thread } = container.parse(body.container)
  return {
    ...personOf(body),
    channel: channel ?? body.channel?.id ?? body.user.id,
    ...(thread === undefined ? {} : { thread }),
    eventId: body.trigger_id,
  }
}

const threaded = z.object({ thread_ts: z.string().optional() })

export function shortcutSender(body: MessageShortcut): Sender {
  const { thread_ts: thread } = threaded.parse(body.message)
  return {
    ...personOf(body),
    channel: body.channel.id,
    ...(thread === undefined ? {} : { thread }),
    eventId: body.trigger_id,
  }
}

/** A form is submitted once: its view's id identifies the request if the submission is redelivered. */
export function submissionSender(
  body: ViewSubmitAction,
  place: { channel: string; thread?: string },
): Sender {
  const { ids, ...person } = personOf(body)
  const teamId = workspaceOfView(body.view)
  const isOfOther = teamId !== undefined && teamId !== ids.teamId
  return { ...person, ids: isOfOther ? { teamId } : ids, ...place, eventId: body.view.id }
}

/**
 * The workspace in which the app opened a form. In a channel that is shared with another workspace, the submission of a person from
 * there names that workspace (view_submission payload, app_installed_team_id). Undefined for the app of an organisation.
 */
export function workspaceOfView(view?: { app_installed_team_id?: string | null } | null): string | undefined {
  const id = view?.app_installed_team_id
  return id?.startsWith('T') ? id : undefined
}

const eventBody = z.object({
  team_id: z.string(),
  enterprise_id: z.string().nullish(),
  event_id: z.string(),
  /** Seconds since 1970. */
  event_time: z.number().default(0),
  authorizations: z
    .array(
      z.object({
        team_id: z.string().nullish(),
        enterprise_id: z.string().nullish(),
        is_enterprise_install: z.boolean().nullish(),
      }),
    )
    .nullish(),
})

const messageEvent = z.object({
  user: z.string(),
  channel: z.string(),
  text: z.string().default(''),
  ts: z.string(),
  thread_ts: z.string().optional(),
  files: z
    .array(z.object({ id: z.string(), mimetype: z.string().nullish(), name: z.string().nullish() }))
    .optional(),
})
export type MessageEvent = z.infer<typeof messageEvent>

/** The files of a message. */
export interface MentionedFiles {
  pictureIds: readonly string[]
  /** Some files are not pictures. */
  hasOthers: boolean
}

export function filesOf({ files = [] }: MessageEvent): MentionedFiles {
  const pictures = picturesAmong(files)
  return { pictureIds: pictures.map(({ id }) => id), hasOthers: pictures.length < files.length }
}

/** If no file has a picture's type, files without a type may be pictures; decoding decides. */
export function picturesAmong<File extends { mimetype?: string | null }>(files: readonly File[]): File[] {
  const known = files.filter(({ mimetype }) => mimetype?.startsWith('image/'))
  const unknown = files.filter(({ mimetype }) => !mimetype || mimetype === 'application/octet-stream')
  return known.length > 0 ? known : unknown
}

/**
 * A mention is answered in its thread, or in a new thread under it. A direct message is answered in place. The message's
 * ts identifies the request: an edited message is another event (bolt-js #960) but the same request.
 */
export function messageSender(
  body: unknown,
  raw: unknown,
  kind: 'mention' | 'direct',
): { sender: Sender; event: MessageEvent } {
  const event = messageEvent.parse(raw)
  const thread = event.thread_ts ?? (kind === 'mention' ? event.ts : undefined)
  return {
    event,
    sender: {
      ids: eventIds(body),
      userId: event.user,
      userName: event.user,
      channel: event.channel,
      ...(thread === undefined ? {} : { thread }),
      eventId: `${event.channel} ${event.ts}`,
    },
  }
}

const openedHome = z.object({ user: z.string(), tab: z.string() })

/** The sender of an opened Home tab; undefined for the Messages tab. */
export function homeSender(body: unknown, raw: unknown): Sender | undefined {
  const { event_id: eventId } = eventBody.parse(body)
  const { user: userId, tab } = openedHome.parse(raw)
  if (tab !== 'home') return undefined
  return { ids: eventIds(body), userId, userName: userId, channel: userId, eventId }
}

/** The installation that an event is for. */
export function eventIds(body: unknown): Sender['ids'] {
  const { team_id, enterprise_id, authorizations } = eventBody.parse(body)
  const [first] = authorizations ?? []
  return idsOf(first?.team_id ?? team_id, first?.enterprise_id ?? enterprise_id ?? undefined)
}

const revokedTokens = z.object({ tokens: z.object({ bot: z.array(z.string()).nullish() }) })

/** Whether the bot's token was revoked; the tokens of people may be revoked alone. */
export function revokesBot(raw: unknown): boolean {
  return (revokedTokens.parse(raw).tokens.bot ?? []).length > 0
}

/** The installation that ended, of an organisation or a workspace, and the second since 1970. */
export function endedInstallation(body: unknown): { ids: WorkspaceIds; atS: number } {
  const { team_id: teamId, enterprise_id, event_time: atS, authorizations } = eventBody.parse(body)
  const [first] = authorizations ?? []
  const enterpriseId = first?.enterprise_id ?? enterprise_id
  return { ids: first?.is_enterprise_install && enterpriseId ? { enterpriseId } : { teamId }, atS }
}

function personOf(body: Interaction): Pick<Sender, 'ids' | 'userId' | 'userName'> {
  const { user, team, enterprise } = body
  return {
    ids: idsOf(team?.id ?? user.team_id ?? '', enterprise?.id ?? team?.enterprise_id),
    userId: user.id,
    userName: user.name ?? user.username ?? user.id,
  }
}

function idsOf(teamId: string, enterpriseId: string | undefined): Sender['ids'] {
  return { teamId, ...(enterpriseId ? { enterpriseId } : {}) }
}
