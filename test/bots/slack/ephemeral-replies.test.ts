/** What one person alone sees on Slack: a deletion reaches the Home tab, and names the replies that nobody can delete. */
import { afterEach, expect, it } from 'vitest'
import { en } from '../../../src/words/en.ts'
import { lastOf, SlackTest } from './start-slack.ts'

let t: SlackTest
afterEach(() => t.dispose())

it('a deletion on Slack names the replies to one person that stay, once each and only those', async () => {
  t = await SlackTest.start()
  const { slack } = t
  const { ada, bob, channel } = t.scene
  for (const prompt of ['a secret cat', 'a secret dog']) {
    await t.over(ada.types('/imagine', prompt, { channelId: channel.id }))
    await t.calm()
  }
  await t.over(bob.presses(lastOf(t.thread(lastOf(t.cards()))), 'Info'))
  await t.over(ada.types('/easel', 'mine', { channelId: channel.id }))
  await t.calm()
  await t.restart()

  await t.over(ada.types('/easel', 'forget me', { channelId: channel.id }))
  await t.over(ada.presses(lastOf(slack.ephemeralMessages(ada)), en.forget.yes))
  await t.calm()
  expect(t.told(ada).at(-1)).toContain(en.slack.replies.undeletable(2))

  await t.over(ada.types('/imagine', 'a blue square', { channelId: channel.id }))
  await t.calm()
  await t.over(ada.types('/easel', 'forget me', { channelId: channel.id }))
  await t.over(ada.presses(lastOf(slack.ephemeralMessages(ada)), en.forget.yes))
  await t.calm()
  expect(t.told(ada).at(-1)).toContain(en.forget.done(1))
  expect(t.told(ada).at(-1)).not.toContain('Slack does not let me')
})

it('a Home tab shows nothing of a job once it is forgotten', async () => {
  t = await SlackTest.start()
  const { slack } = t
  const { ada, channel } = t.scene
  const [workers] = t.test.devices
  if (workers === undefined) throw new Error('no workers')
  workers.mode = 'by-hand'
  await t.over(ada.types('/imagine', 'a secret cat', { channelId: channel.id }))
  await t.test.until(() => workers.underway.length === 1)
  await t.over(ada.opensHome())
  const home = () => JSON.stringify(ada.home)
  expect(home()).toContain('a secret cat')
  workers.current.finish()
  await t.calm()

  await t.over(ada.types('/easel', 'forget me', { channelId: channel.id }))
  await t.over(ada.presses(lastOf(slack.ephemeralMessages(ada)), en.forget.yes))
  await t.calm()
  expect(home()).not.toContain('secret')
  expect(home()).not.toContain('being deleted')
  expect(t.told(ada).at(-1)).not.toContain('Slack does not let me')
})

it('a reply that Slack takes only as a direct message goes with its picture, also after a crash', async () => {
  t = await SlackTest.start()
  const { slack } = t
  const { ada, bob, channel } = t.scene
  await t.over(ada.types('/imagine', 'a secret cat', { channelId: channel.id }))
  await t.calm()
  const result = lastOf(t.thread(lastOf(t.cards())))
  const direct = () =>
    t
      .cards(bob.direct.id)
      .map(post => t.text(post))
      .filter(text => text.includes('secret'))
  const ends = [
    slack.faults.failAlways('respond', 'used_url'),
    slack.faults.failAlways('chat.postEphemeral', 'user_not_in_channel'),
  ]
  await t.over(bob.presses(result, 'Info'))
  await t.calm()
  expect(direct()).toHaveLength(1)
  for (const end of ends) end()
  await t.restart('crash')

  await t.over(ada.types('/easel', 'forget me', { channelId: channel.id }))
  await t.over(ada.presses(lastOf(slack.ephemeralMessages(ada)), en.forget.yes))
  await t.calm()
  expect(direct()).toEqual([])
  expect(t.told(ada).at(-1)).toContain(en.forget.done(1))
  expect(t.told(ada).at(-1)).not.toContain('Slack does not let me')
})
