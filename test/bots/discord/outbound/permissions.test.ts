import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../../src/app/people/people.ts'
import { writeDetails } from '../../../../src/bots/discord/outbound/address.ts'
import { has, writesItself } from '../../../../src/bots/discord/outbound/permissions.ts'
import { whyNoThread } from '../../../../src/bots/discord/outbound/ways/opening-ways.ts'
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
    expect(writesItself(conversation('channel'))).toBe(true)
    expect(writesItself(conversation('channel', ['SendMessages']))).toBe(false)
    expect(writesItself(conversation('channel', ['ViewChannel']))).toBe(false)
    expect(writesItself(conversation('thread', ['SendMessages']))).toBe(true)
    expect(writesItself(conversation('thread', ['SendMessagesInThreads']))).toBe(false)
    expect(writesItself(conversation('direct', ['SendMessages']))).toBe(true)
    expect(writesItself(conversation('direct', [], { answersOnly: true }))).toBe(false)
  })

  it('names what is missing for a thread', () => {
    expect(whyNoThread(conversation('channel'))).toBeUndefined()
    expect(whyNoThread(conversation('channel', ['CreatePublicThreads']))).toBe('threads')
    expect(whyNoThread(conversation('channel', ['SendMessagesInThreads']))).toBe('sendInThreads')
  })

  it('counts unknown permissions as granted, because Discord may refuse later', () => {
    const { details: _, ...unknown } = conversation('channel')
    expect(has(unknown, 'attach')).toBe(true)
    expect(writesItself(unknown)).toBe(true)
  })
})
