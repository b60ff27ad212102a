/** A fan-out on Slack is one card, one thread and one notice, also after one of its jobs was deleted. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import type { Failure } from '../../../fakes/slack/api/faults.ts'
import { buttonsOf } from '../../../fakes/slack/blocks/block-kit.ts'
import type { Post } from '../../../fakes/slack/world.ts'
import { standingAsUnderway } from '../../../helpers/delivery-ends.ts'
import { seededRandom } from '../../../helpers/random/seeded-random.ts'
import { SlackTest } from '../start-slack.ts'

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start({ easel: { config: { notify: true } } })
})
afterEach(() => t.dispose())

/** One or two pictures: a job may be cancelled. */
const isNotice = /Your pictures? (is|are) ready/

const counts = (done: number, jobs: number) => en.job.fanOut({ done, jobs, failed: 0, cancelled: 0 })

async function asks(prompt: string): Promise<void> {
  const { ada, channel } = t.scene
  await ada.types('/imagine', prompt, { channelId: channel.id })
  await t.calm()
  const question = t.slack.ephemeralMessages(ada).at(-1)
  if (question === undefined) throw new Error('no question')
  await ada.presses(question, en.chat.confirm.yes(2))
  await t.calm()
}

function theCard(): Post {
  const [card, ...more] = t.cards()
  if (card === undefined || more.length > 0) throw new Error(`${more.length + 1} cards`)
  return card
}

it('is one card that names what was asked for, one thread with all results, and one notice', async () => {
  await asks('a {red, blue} circle')
  const card = theCard()
  expect(t.text(card)).toContain('a red circle · a blue circle')
  expect(t.text(card)).toContain(counts(2, 2))
  const replies = t.thread(card).map(post => t.text(post))
  for (const colour of ['red', 'blue'])
    expect(replies.filter(text => text.includes(`a ${colour} circle`))).toHaveLength(1)
  expect(replies.filter(text => text.includes(en.job.ready(2)))).toHaveLength(1)
  expect(new Set(t.slack.provoked().pings)).toEqual(new Set([`@${t.scene.ada.id}`]))
})

it('costs nothing of the quota where the channel refuses the bot, and its author is told once', async () => {
  const { ada, channel, team } = t.scene
  const { workers } = t.test
  workers.mode = 'by-hand'
  channel.members.delete(team.botUserId)
  await ada.types('/imagine', 'a {red, blue} circle', { channelId: channel.id })
  const question = t.slack.ephemeralMessages(ada).at(-1)
  if (question === undefined) throw new Error('no question')
  await t.over(ada.presses(question, en.chat.confirm.yes(2)))
  await t.test.until(() => {
    for (const run of workers.underway) if (run.cancelAsked) run.step()
    return t.test.isIdle
  })
  const jobs = t.jobs(10)
  expect(jobs.map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
  expect(jobs[0] && t.test.easel.usage(jobs[0].author)).toMatchObject({ jobs: 2, pictures: 0 })
  await t.calm()
  expect(t.told(ada).filter(text => text.includes('/invite @easel'))).toHaveLength(1)
})

it('is one card in direct messages and in a thread too, with all results below it', async () => {
  const { ada, channel } = t.scene
  const above = ada.writes('look at this', { channelId: channel.id })
  const inThread = { channelId: channel.id, threadTs: above.ts }
  await ada.mentions('a {red, blue} circle', inThread)
  await t.calm()
  const asked = t.slack.ephemeralMessages(ada).at(-1)
  if (asked === undefined) throw new Error('no question')
  await ada.presses(asked, en.chat.confirm.yes(2))
  await ada.types('/imagine', 'a {red, blue} circle', { channelId: ada.direct.id })
  await t.calm()
  const question = t.slack.ephemeralMessages(ada).at(-1)
  if (question === undefined) throw new Error('no question')
  await ada.presses(question, en.chat.confirm.yes(2))
  await t.calm()
  const direct = t.slack.posts(ada.direct.id).filter(post => post.onlyFor === undefined)
  // The mention is Ada's own message.
  for (const posts of [t.thread(above).slice(1), direct]) {
    const [card = '', ...below] = posts.map(post => t.text(post))
    expect(card).toContain('a red circle · a blue circle')
    expect(card).toContain(counts(2, 2))
    for (const colour of ['red', 'blue'])
      expect(below.filter(text => text.includes(`a ${colour} circle`))).toHaveLength(1)
    expect(below.filter(text => text.includes(en.job.ready(2)))).toHaveLength(1)
  }
})

it('after a button is one card, results below it in the same thread, and one notice', async () => {
  const { ada, channel } = t.scene
  await ada.types('/imagine', 'a white circle', { channelId: channel.id })
  await t.calm()
  const top = theCard()
  const before = t.thread(top)
  const result = before.find(post =>
    buttonsOf(post.blocks).some(({ button }) => button.text.text === 'Remix'),
  )
  if (result === undefined) throw new Error('no result')
  await ada.presses(result, 'Remix')
  await t.passing(() => ada.seesModal)
  await ada.submits(ada.modal, { Prompt: 'a {red, blue, green} circle' })
  await t.calm()
  expect(theCard()).toBe(top)
  const [card, ...below] = t
    .thread(top)
    .slice(before.length)
    .map(post => t.text(post))
  expect(card).toContain('a red circle · a blue circle · a green circle')
  expect(card).toContain(counts(3, 3))
  for (const colour of ['red', 'blue', 'green'])
    expect(below.filter(text => text.includes(`a ${colour} circle`))).toHaveLength(1)
  expect(below.filter(text => text.includes(en.job.ready(3)))).toHaveLength(1)
  expect(below).toHaveLength(4)
})

it('keeps card and thread while one of it lives, without the words of what was deleted', async () => {
  await asks('a {red, blue} circle')
  const { db } = t.test.built
  const jobs = db.jobs.inState('done')
  for (const job of jobs) {
    const card = theCard()
    const { author: person, conversation } = job
    const rights = { member: true, moderator: false, admin: false }
    await t.test.easel.act(
      { kind: 'delete', jobId: job.id },
      { person, conversation, rights, eventId: `delete ${job.id}` },
    )
    await t.calm()
    if (job === jobs.at(-1)) break
    const all = [theCard(), ...t.thread(card)].map(post => t.text(post)).join('\n')
    expect(all).not.toContain('red')
    expect(all).toContain(counts(1, 1))
  }
  expect(t.cards()).toEqual([])
})

it('arrives in whole whatever Slack refuses and whenever the process is killed', async () => {
  const random = seededRandom('fan-outs on Slack')
  const failures: Failure[] = [
    'internal_error',
    'ratelimited',
    'invalid_blocks',
    'msg_too_long',
    'restricted_action',
    503,
    { kind: 'cut', when: 'before' },
    { kind: 'cut', when: 'after' },
  ]
  /** Rounds in which a notice may have been lost: nobody can ask Slack, so it is not sent again. */
  const uncertain = new Set<number>()
  const rounds = 6
  for (let round = 0; round < rounds; round++) {
    t.slack.faults.choose = (method, args) => {
      if (!['chat.postMessage', 'chat.update'].includes(method) || random.next() >= 1 / 6) return undefined
      if (isNotice.test(JSON.stringify(args))) uncertain.add(round)
      return random.pick(failures)
    }
    const { ada, channel } = t.scene
    await ada.types('/imagine', `round ${round} {red, blue}`, { channelId: channel.id })
    await t.passing(() =>
      t.slack.ephemeralMessages(ada).some(post => t.text(post).includes(`round ${round}`)),
    )
    const question = t.slack.ephemeralMessages(ada).findLast(post => t.text(post).includes(`round ${round}`))
    if (question === undefined) throw new Error('no question')
    await ada.presses(question, en.chat.confirm.yes(2))
    if (round % 2 === 1) await t.restart('crash')
    await t.calm()
  }
  t.slack.faults.choose = undefined
  await t.calm()
  const { db } = t.test.built
  const jobs = db.jobs.inState('done')
  // A job that waits is cancelled where its conversation refuses the bot.
  expect([...jobs, ...db.jobs.inState('cancelled')]).toHaveLength(2 * rounds)
  const ends = jobs.map(({ id }) => db.deliveries.get(id)?.end)
  for (const end of ends) expect(end, `SEED=${random.seed}`).toMatch(/^(arrived|undeliverable)$/)
  for (let round = 0; round < rounds; round++) {
    const notices = t
      .cards()
      .filter(card => t.text(card).includes(`round ${round} `))
      .flatMap(card => t.thread(card))
      .filter(post => isNotice.test(t.text(post)))
    const cards = t.cards().filter(card => t.text(card).includes(`round ${round} `))
    const own = jobs.filter(job => job.promptAsTyped.startsWith(`round ${round} `))
    const isAnyLost = own.some(({ id }) => db.deliveries.get(id)?.end !== 'arrived')
    if (uncertain.has(round) || cards.length !== 1 || own.length === 0 || isAnyLost)
      expect(notices.length).toBeLessThanOrEqual(1)
    else expect(notices, `round ${round}, SEED=${random.seed}`).toHaveLength(1)
  }
  const waiting = t
    .cards()
    .flatMap(card => [card, ...t.thread(card)])
    .map(post => t.text(post))
  expect(standingAsUnderway(waiting), `SEED=${random.seed}`).toEqual([])
})
