/** A reply with more text than Slack takes is shortened: it reaches the person all the same. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import { demoModel } from '../../../helpers/build-test-easel.ts'
import { lastOf, SlackTest } from '../start-slack.ts'

let t: SlackTest
beforeEach(async () => {
  const models = Array.from({ length: 400 }, (_, i) => ({
    ...demoModel,
    name: `a-model-with-the-number-${i}`,
  }))
  t = await SlackTest.start({ easel: { models: [demoModel, ...models] } })
})
afterEach(() => t.dispose())

it('Info of a picture with two long prompts', async () => {
  const { ada, channel } = t.scene
  await ada.mentions(`${'a cat '.repeat(600)} --no ${'dogs '.repeat(700)}`, { channelId: channel.id })
  await t.calm()
  const [post] = t.slack.posts(channel.id)
  await t.over(ada.presses(lastOf(t.slack.posts(channel.id, post?.ts)), en.buttons.info))
  expect(t.lastTold()).toContain(en.info.title)
  expect(t.lastTold()).toContain('a cat a cat')
})

it('the details of hundreds of models', async () => {
  const { ada } = t.scene
  await t.over(ada.types('/easel', 'models', t.here))
  expect(t.lastTold()).toContain('a-model-with-the-number-1')
  await t.over(ada.presses(lastOf(t.slack.ephemeralMessages(ada)), en.topics.details))
  await t.calm()
  expect(t.lastTold()).toContain(en.topics.details)
  expect(t.lastTold()).toContain('a-model-with-the-number-1')
})
