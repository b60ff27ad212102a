/** A fan-out on Discord is one card, one thread and one notice, whatever happens to its jobs and to the calls. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobView } from '../../../../src/app/views/views.ts'
import { hashInFileName } from '../../../../src/bots/messages/file-name.ts'
import { AppError } from '../../../../src/errors/errors.ts'
import { en } from '../../../../src/words/en.ts'
import type { Mishap } from '../../../fakes/discord/transport/faults.ts'
import { refusalsOf } from '../../../fakes/discord/transport/refusal.ts'
import { standingAsUnderway } from '../../../helpers/delivery-ends.ts'
import { seededRandom } from '../../../helpers/random/seeded-random.ts'
import { DiscordTest } from '../start-discord.ts'

let t: DiscordTest
beforeEach(async () => {
  t = await DiscordTest.start({ easel: { config: { notify: true } } })
})
afterEach(() => t.dispose())

const caller = () => t.caller(t.scene.ada, t.scene.channel)

async function asks(prompt: string, repeat = 1): Promise<JobView[]> {
  const outcome = await t.test.easel.imagine({ prompt, repeat }, caller(), { confirmed: true })
  if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome))
  return [...outcome.jobs]
}

const deletes = (job: JobView | undefined) =>
  t.test.easel.act({ kind: 'delete', jobId: job?.id ?? '' }, caller())
const texts = () => t.messages(t.thread(t.messages()[0])).map(message => t.text(message))
const cardText = () => t.messages().map(message => t.text(message))
const counts = (done: number, jobs: number, failed = 0, cancelled = 0) =>
  en.job.fanOut({ done, jobs, failed, cancelled })

describe('a fan-out on Discord', () => {
  it('is one card that names what was asked for, one thread with all results, and one notice', async () => {
    await asks('a {red, blue, green} circle')
    await t.calm()
    expect(cardText()).toEqual([expect.stringContaining('a red circle · a blue circle · a green circle')])
    expect(cardText()[0]).toContain(counts(3, 3))
    const all = texts()
    for (const colour of ['red', 'blue', 'green'])
      expect(all.filter(text => text.includes(`a ${colour} circle`))).toHaveLength(1)
    expect(all.filter(text => text.includes(en.job.ready(3)))).toHaveLength(1)
    expect(all).toHaveLength(4)
    expect(t.discord.world.pings).toHaveLength(1)
  })

  it.each(['direct messages', 'a thread', 'a channel without threads'])(
    'is one card in %s too, with all results below it',
    async where => {
      const { ada, channel } = t.scene
      if (where === 'a channel without threads') t.discord.world.deny(channel, 'CreatePublicThreads')
      const place =
        where === 'direct messages'
          ? t.discord.world.directChannel(ada.user)
          : where === 'a thread'
            ? t.discord.thread('talk', channel)
            : channel
      const prompt = 'a {red, blue} circle'
      await t.test.easel.imagine({ prompt }, t.caller(ada, place), { confirmed: true })
      await t.calm()
      const [card, ...below] = t.messages(place).map(message => t.text(message))
      expect(card).toContain('a red circle · a blue circle')
      expect(card).toContain(counts(2, 2))
      for (const colour of ['red', 'blue'])
        expect(below.filter(text => text.includes(`a ${colour} circle`))).toHaveLength(1)
      expect(below.filter(text => text.includes(en.job.ready(2)))).toHaveLength(1)
      expect(below).toHaveLength(3)
    },
  )

  it('after a button is one card, results below it in the same thread, and one notice', async () => {
    const { ada, channel } = t.scene
    await asks('a white circle')
    await t.calm()
    const [card, ...others] = t.messages()
    expect(others).toEqual([])
    const thread = t.thread(card)
    const result = t.messages(thread).find(message => t.labels(message).includes('Remix'))
    if (result === undefined) throw new Error('no result')
    const before = t.messages(thread).length
    const pings = t.discord.world.pings.length
    const opened = ada.presses(result, 'Remix')
    await t.answered(await ada.submits(opened, { Prompt: 'a {red, blue, green} circle' }))
    expect(t.messages(channel)).toHaveLength(1)
    expect([...t.discord.world.channels.values()].filter(({ parentId }) => parentId === channel.id)).toEqual([
      thread,
    ])
    const [fanOut, ...below] = t.messages(thread).slice(before)
    if (fanOut === undefined) throw new Error('no card')
    expect(t.text(fanOut)).toContain('a red circle · a blue circle · a green circle')
    expect(t.text(fanOut)).toContain(counts(3, 3))
    expect(fanOut.replyTo).toBe(result.id)
    const said = below.map(message => t.text(message))
    for (const colour of ['red', 'blue', 'green'])
      expect(said.filter(text => text.includes(`a ${colour} circle`))).toHaveLength(1)
    expect(said.filter(text => text.includes(en.job.ready(3)))).toHaveLength(1)
    expect(said).toHaveLength(4)
    expect(t.discord.world.pings).toHaveLength(pings + 1)
  })

  it('counts what is done, failed and cancelled, and tells of it when the last one is over', async () => {
    t.test.workers.mode = 'by-hand'
    const jobs = await asks('a red circle', 3)
    const running = () => t.passing(() => t.test.workers.underway.length === 1)
    await running()
    t.test.workers.current.finish()
    await running()
    await t.passing(() => cardText()[0]?.includes(counts(1, 3)) ?? false)
    expect(t.discord.world.pings).toEqual([])
    t.test.workers.current.fail(new AppError('model-changed', { name: 'demo' }))
    await running()
    await t.test.easel.act({ kind: 'cancel', jobId: jobs[2]?.id ?? '' }, caller())
    t.test.workers.current.end({ kind: 'cancelled' })
    await t.calm()
    expect(cardText()).toEqual([expect.stringContaining(counts(1, 3, 1, 1))])
    expect(t.discord.world.pings).toHaveLength(1)
  })

  it('keeps card and thread while one of it lives, without the words of what was deleted', async () => {
    const jobs = await asks('a {red, blue} circle')
    await t.calm()
    const thread = t.thread(t.messages()[0])
    await deletes(jobs[0])
    await t.calm()
    expect(cardText()).toEqual([expect.stringContaining(counts(1, 1))])
    expect([...cardText(), ...texts(), thread.name].join('\n')).not.toContain('red')
    expect(texts().some(text => text.includes('a blue circle'))).toBe(true)
    expect(t.discord.world.pings).toHaveLength(1)
    await deletes(jobs[1])
    await t.calm()
    expect(t.messages()).toEqual([])
    expect(t.messages(thread)).toEqual([])
  })

  it('passes the card on while jobs still wait, and is told of once', async () => {
    t.test.workers.mode = 'by-hand'
    const jobs = await asks('a {red, blue, green} circle')
    await t.passing(() => t.test.workers.underway.length === 1 && texts().length === 3)
    await deletes(jobs[0])
    t.test.workers.current.end({ kind: 'cancelled' })
    for (const job of jobs.slice(1)) {
      await t.passing(() => t.test.workers.underway.length === 1 && t.test.job(job.id).state === 'running')
      t.test.workers.current.finish()
    }
    await t.calm()
    expect(cardText()).toEqual([expect.stringContaining(counts(2, 2))])
    expect(texts().filter(text => text.includes(en.job.ready(2)))).toHaveLength(1)
  })

  it('arrives once in whole whatever Discord refuses and whenever the process is killed', async () => {
    const random = seededRandom('fan-outs on Discord')
    const { seed } = random
    const mishaps = (method: string): Mishap[] => [
      ...refusalsOf(method).map(({ status, code }): Mishap => ({ kind: 'refusal', status, code })),
      { kind: 'cut', when: 'before' },
      { kind: 'cut', when: 'after' },
      { kind: 'status', status: 503 },
    ]
    const all: JobView[] = []
    const rounds = 6
    for (let round = 0; round < rounds; round++) {
      t.discord.faults.choose = (method, path) =>
        method !== 'GET' && /\/channels\/\d+\/(messages|threads)/.test(path) && random.next() < 1 / 6
          ? random.pick(mishaps(method))
          : undefined
      const [lead, ...others] = await asks(`round ${round} {red, blue, green}`)
      const isDeleted = round % 3 === 2
      all.push(...others, ...(lead && !isDeleted ? [lead] : []))
      if (isDeleted) await deletes(lead)
      if (round % 2 === 1) await t.restart('crash')
      await t.calm()
    }
    t.discord.faults.clear()
    // What was refused is asked for again after a day.
    t.clock.advance(25 * 3_600_000)
    await t.calm()
    const shown = [...t.discord.world.messages.values()].filter(message => !message.deleted)
    const isCard = (text: string) => /\d of \d done/.test(text) && !text.includes('ready')
    for (const job of all) {
      const [picture] = t.test.job(job.id).pictures
      const hash = picture?.hash.slice(0, 16)
      const showing = shown.filter(
        message =>
          !isCard(t.text(message)) &&
          message.attachments.some(({ filename }) => hashInFileName(filename) === hash),
      )
      const { end } = t.test.built.db.deliveries.get(job.id) ?? {}
      expect({ seed, id: job.id, end, times: showing.length }).toEqual({
        seed,
        id: job.id,
        end: expect.stringMatching(/^(arrived|undeliverable)$/),
        times: end === 'arrived' ? 1 : 0,
      })
    }
    for (let round = 0; round < rounds; round++) {
      const cards = shown.filter(
        message => isCard(t.text(message)) && t.text(message).includes(`round ${round}`),
      )
      expect({ seed, cards: cards.length <= 1 }).toEqual({ seed, cards: true })
    }
    const notices = shown.filter(message => /Your pictures? (is|are) ready/.test(t.text(message)))
    const inThreads = notices.filter(({ channel }) => channel.parentId !== undefined)
    expect(new Set(inThreads.map(({ channel }) => channel.id)).size, `SEED=${seed}`).toBe(inThreads.length)
    expect(notices.length, `SEED=${seed}`).toBeLessThanOrEqual(rounds)
    for (const message of shown) expect(t.text(message), `SEED=${seed}`).not.toMatch(/round [25] red/)
    const standing = standingAsUnderway(shown.map(message => t.text(message)))
    expect(standing, `SEED=${seed}`).toEqual([])
  })
})
