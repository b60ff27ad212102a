import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../../src/app/people/people.ts'
import { writeDetails } from '../../../../src/bots/discord/outbound/address.ts'
import { threadShortfall } from '../../../../src/bots/discord/outbound/delivery/opening-methods.ts'
import { canPostWithOwnToken, hasPermission } from '../../../../src/bots/discord/outbound/permissions.ts'
import { bits, type PermissionName, usual } from '../../../fakes/discord/rules/permissions.ts'

function conversation(
  kind: Conversation['kind'],
  without: PermissionName[] = [],
  more: { answersOnly?: boolean } = {},
): Conversation {
  const permissions = (usual & ~bits(...without)).toString()
  const details = writeDetails({ permissions, ...more })
  return { platform: 'discord', spaceId: '1', channelId: '2', kind, audience: 'channel', details }
}

describe('what the bot can do in a place', () => {
  it('writes by itself with View Channel and Send Messages, in threads with Send Messages in Threads instead', () => {
    expect(canPostWithOwnToken(conversation('channel'))).toBe(true)
    expect(canPostWithOwnToken(conversation('channel', ['SendMessages']))).toBe(false)
    expect(canPostWithOwnToken(conversation('channel', ['ViewChannel']))).toBe(false)
    expect(canPostWithOwnToken(conversation('thread', ['SendMessages']))).toBe(true)
    expect(canPostWithOwnToken(conversation('thread', ['SendMessagesInThreads']))).toBe(false)
    expect(canPostWithOwnToken(conversation('direct', ['SendMessages']))).toBe(true)
    expect(canPostWithOwnToken(conversation('direct', [], { answersOnly: true }))).toBe(false)
  })

  it('names what is missing for a thread', () => {
    expect(threadShortfall(conversation('channel'))).toBeUndefined()
    expect(threadShortfall(conversation('channel', ['CreatePublicThreads']))).toBe('threads')
    expect(threadShortfall(conversation('channel', ['SendMessagesInThreads']))).toBe('sendInThreads')
  })

  it('counts unknown permissions as granted, because Discord may refuse later', () => {
    const { details: _, ...unknown } = conversation('channel')
    expect(hasPermission(unknown, 'attach')).toBe(true)
    expect(canPostWithOwnToken(unknown)).toBe(true)
  })
})
