import { describe, expect, it } from 'vitest'
import { maySee } from '../../../src/app/access/access-rules.ts'
import { anonymousViewer } from '../../../src/bots/web/inbound/visitors.ts'
import { conversation } from '../../../src/db/repositories/documents.ts'

describe('a conversation that version 0.2 stored, without its audience', () => {
  const inThread = { channelId: 'chat', kind: 'thread', threadId: 'abc' }

  it('of the web chat is that of its one public channel: every page shows its refined and varied pictures', () => {
    for (const place of [{ channelId: 'chat', kind: 'channel' }, inThread]) {
      const stored = conversation.parse({ platform: 'web', spaceId: 'web', ...place })
      const author = { platform: 'web', spaceId: 'web', userId: 'ada', name: 'Ada' } as const
      expect(maySee(anonymousViewer, { author, places: [stored] })).toBe(true)
    }
  })

  it.each(['discord', 'slack'] as const)('of %s counts as private', platform => {
    const read = (place: object) => conversation.parse({ platform, spaceId: 'S', ...place }).audience
    expect(read({ channelId: 'C', kind: 'channel' })).toBe('channel')
    expect(read(inThread)).toBe('thread')
    expect(read({ channelId: 'D', kind: 'direct' })).toBe('channel')
  })
})
