import { describe, expect, it } from 'vitest'
import { rightsOf } from '../../../../../src/bots/slack/inbound/lookups/members.ts'

const none = { member: false, moderator: false, admin: false }
const member = { ...none, member: true }
const admin = { member: true, moderator: true, admin: true }

describe('what somebody may do in workspace T1', () => {
  // docs.slack.dev/reference/objects/user-object
  it.each([
    ['a member', { team_id: 'T1' }, member],
    ['an admin', { team_id: 'T1', is_admin: true }, admin],
    ['an owner', { team_id: 'T1', is_owner: true }, admin],
    ['a guest of several channels', { team_id: 'T1', is_restricted: true }, none],
    ['a guest of one channel', { team_id: 'T1', is_restricted: true, is_ultra_restricted: true }, none],
    ['an admin of another workspace, in a shared channel', { team_id: 'T2', is_admin: true }, none],
    ['a stranger', { team_id: 'T1', is_stranger: true, is_admin: true }, none],
    [
      'a member through the organisation',
      { team_id: 'E1', enterprise_user: { teams: ['T1', 'T3'] } },
      member,
    ],
    [
      'a member of the organisation’s other workspaces',
      { team_id: 'E1', enterprise_user: { teams: ['T3'] } },
      none,
    ],
    ['somebody of whom Slack says nothing', {}, none],
  ])('%s', (_, user, rights) => {
    expect(rightsOf(user, 'T1')).toEqual(rights)
  })
})
