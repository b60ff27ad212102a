/** What Slack sends to the app about people, conversations and messages. */

import type { Clock } from '../../../src/system/ports.ts'
import type { FakeSlack } from './fake-slack.ts'
import { fileJson } from './methods/files.ts'
import type { Channel, Member, Post } from './world.ts'

type AnySlack = FakeSlack<Clock>

/**
 * What every interaction carries. A press on a message names the workspace in which the app is, a submitted form that of the
 * person: in a shared channel these differ (docs.slack.dev/reference/interaction-payloads, block_actions, view_submission).
 */
export function commonJson(member: Member, { world }: AnySlack, teamId = member.teamId) {
  const team = world.team(teamId)
  const { enterpriseId } = team
  return {
    api_app_id: 'A00000001',
    token: 'verification-token',
    team: {
      id: team.id,
      domain: team.name,
      ...(enterpriseId === undefined ? {} : { enterprise_id: enterpriseId, enterprise_name: 'Org' }),
    },
    user: { id: member.id, username: member.name, name: member.name, team_id: member.teamId },
    enterprise: enterpriseId === undefined ? null : { id: enterpriseId, name: 'Org' },
    is_enterprise_install: team.orgWide,
  }
}

/** The same facts as a slash command carries them: flat, and as text. */
export function commandJson(member: Member, { world }: AnySlack, channel: Channel) {
  const team = world.team(member.teamId)
  const { enterpriseId } = team
  return {
    token: 'verification-token',
    api_app_id: 'A00000001',
    team_id: team.id,
    team_domain: team.name,
    ...(enterpriseId === undefined ? {} : { enterprise_id: enterpriseId, enterprise_name: 'Org' }),
    channel_id: channel.id,
    channel_name: shownName(channel),
    user_id: member.id,
    user_name: member.name,
    is_enterprise_install: String(team.orgWide),
  }
}

/** Only public channels go by their name. */
export function shownName(channel: Channel): string {
  if (channel.kind === 'im') return 'directmessage'
  if (channel.kind === 'private') return 'privategroup'
  return channel.name
}

export function messageJson(post: Post, viewer: Member, { world, baseUrl }: AnySlack) {
  const files = post.fileIds.flatMap(id => world.files.get(id) ?? [])
  return {
    type: 'message',
    user: post.authorId,
    text: post.text,
    ts: post.ts,
    team: viewer.teamId,
    ...(post.blocks.length > 0 ? { blocks: post.blocks } : {}),
    ...(post.threadTs === undefined ? {} : { thread_ts: post.threadTs }),
    ...(files.length > 0 ? { files: files.map(file => fileJson(file, { world, baseUrl })) } : {}),
  }
}

/** An edit, by whom and when. */
export interface Edited {
  user: string
  ts: string
}

export function mentionEvent(post: Post, author: Member, slack: AnySlack, edited?: Edited) {
  return {
    ...messageJson(post, author, slack),
    type: 'app_mention',
    channel: post.channelId,
    event_ts: edited?.ts ?? post.ts,
    ...(edited && { edited }),
  }
}

/** What direct messages tell of an edit: the message as it is and as it was, inside one of a type of its own. */
export function changedEvent(post: Post, before: object, edited: Edited, author: Member, slack: AnySlack) {
  return {
    type: 'message',
    subtype: 'message_changed',
    hidden: true,
    channel: post.channelId,
    channel_type: 'im',
    ts: edited.ts,
    event_ts: edited.ts,
    message: { ...messageJson(post, author, slack), edited },
    previous_message: before,
  }
}
