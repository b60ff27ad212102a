/** A scope that is missing while Easel runs: nobody is sent somewhere where it is missing too, and the log names it. */
import sharp from 'sharp'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkPicture } from '../../../../src/app/checks/check-picture.ts'
import { en } from '../../../../src/words/en.ts'
import { lastOf, SlackTest } from '../start-slack.ts'

const { replies } = en.slack

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start({ easel: { parts: { checkPicture } } })
})
afterEach(() => t.dispose())

const loggedScopes = () =>
  t.test.log.lines.flatMap(({ level, fields }) =>
    level === 'error' && 'scopes' in fields ? [fields.scopes] : [],
  )

it('chat:write: the requester is told of the permission, and not to ask elsewhere', async () => {
  const { ada, team } = t.scene
  team.scopes.delete('chat:write')
  await ada.types('/imagine', 'a cat', t.here)
  await t.calm(2000)
  expect(t.told(ada)).toEqual([expect.stringContaining(replies.scopeMissing)])
  expect(loggedScopes()).toEqual(['chat:write'])
})

it('chat:write, withdrawn while a picture is painted: the requester is told why the message stays as it is', async () => {
  const { workers, built } = t.test
  const { ada, team } = t.scene
  workers.mode = 'by-hand'
  await ada.types('/imagine', 'a red circle', t.here)
  await t.passing(() => workers.underway.length === 1 && built.db.outbox.pending().length === 0)
  team.scopes.delete('chat:write')
  workers.current.finish()
  await t.calm(1000)
  const [job] = t.jobs()
  expect(t.told(ada)).toEqual([expect.stringContaining(replies.withoutScope(job?.id ?? ''))])
  expect(t.thread(lastOf(t.cards())).flatMap(({ fileIds }) => fileIds)).toHaveLength(1)
})

it('files:write: card and message say that the permission is missing, and when /easel show works', async () => {
  const { ada, team } = t.scene
  team.scopes.delete('files:write')
  await ada.types('/imagine', 'a cat', t.here)
  await t.calm(2000)
  const [card] = t.cards()
  const [job] = t.jobs()
  for (const post of card ? [card, ...t.thread(card)] : [])
    expect(t.text(post)).toContain(replies.withoutScope(job?.id ?? ''))
  expect(loggedScopes()).toEqual(['files:write'])
})

it('files:read: who gives a picture is not asked to send it again', async () => {
  const { ada, channel, team } = t.scene
  team.scopes.delete('files:read')
  const create = { width: 64, height: 64, channels: 3, background: 'red' } as const
  const file = { name: 'red.png', bytes: await sharp({ create }).png().toBuffer() }
  await ada.mentions('a cat', { channelId: channel.id }, [file])
  await t.calm()
  expect(t.told(ada)).toEqual([expect.stringContaining('lacks the permission to read files')])
  expect(loggedScopes()).toEqual(['files:read'])
})

it('groups:read, for which Easel does not ask: a private channel is served, and nobody is told to install the app again', async () => {
  const { ada, channel } = t.scene
  channel.kind = 'private'
  await ada.types('/imagine', 'a cat', t.here)
  await t.calm(2000)
  expect(t.slack.api.calls).toContainEqual(
    expect.objectContaining({ method: 'conversations.info', error: 'missing_scope' }),
  )
  expect(t.jobs()).toMatchObject([{ state: 'done' }])
  expect(loggedScopes()).toEqual([])
})
