/** Many sets of four at once on a Slack that takes a second for each file: all arrive within the tiers of its methods. */
import { afterEach, expect, it } from 'vitest'
import type { Post } from '../../fakes/slack/world.ts'
import { SlackTest } from './start-slack.ts'

const sets = Number(process.env.EASEL_SLACK_SETS ?? 20)
const picturesPerSet = 4
const processingMs = 1000

let t: SlackTest
afterEach(() => t.dispose())

const picturesOf = (post: Post) => post.blocks.filter(block => block.type === 'image').length

it('sets of four all arrive, each once, within the tiers of the methods', { timeout: 600_000 }, async () => {
  t = await SlackTest.start({
    easel: { config: { limits: { maxQueuedPerPerson: sets, maxQueued: 2 * sets } } },
  })
  const { slack, scene, clock } = t
  slack.faults.processingMs = processingMs
  const channels = Array.from({ length: 10 }, (_, i) => slack.addChannel(scene.team, `channel-${i}`))
  const people = channels.map((_, i) => slack.addPerson(scene.team, `person-${i}`))
  const beganMs = clock.monotonicMs()
  for (let i = 0; i < sets; i++) {
    const channelId = channels[i % channels.length]?.id ?? ''
    await people[i % people.length]?.types('/imagine', `cat number ${i} --n ${picturesPerSet}`, { channelId })
  }
  await t.calm()
  const minutes = (clock.monotonicMs() - beganMs) / 60_000

  const results = channels.flatMap(({ id }) => t.cards(id).map(card => t.thread(card)))
  expect(results.map(posts => posts.map(picturesOf))).toEqual(Array(sets).fill([picturesPerSet]))
  expect(slack.limits.rude).toEqual([])
  expect(t.test.log.faults.filter(({ level }) => level === 'error')).toEqual([])

  const calls = new Map<string, number>()
  for (const { method } of slack.api.calls) calls.set(method, (calls.get(method) ?? 0) + 1)
  const figures = [...calls].map(([method, count]) => `${method} ${count}`).join(', ')
  console.info(
    `slack sets: ${sets} of ${picturesPerSet} in ${minutes.toFixed(1)} min, ${slack.limits.refusals} calls over their rate; ${figures}`,
  )
  // What exceeds a tier the fake refuses.
  expect(slack.limits.refusals).toBeLessThan(sets / 10)
})
