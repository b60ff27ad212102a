import { afterEach, describe, expect, test } from 'vitest'
import type { Caller } from '../../../src/app/people/people.ts'
import { en, problemSentence } from '../../../src/words/en.ts'
import { inUtc } from '../../../src/words/moment.ts'
import { FakeCourier } from '../../fakes/fake-courier.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { places } from '../../helpers/access-scene.ts'
import { buildTestEasel, type TestEasel, type TestEaselOptions } from '../../helpers/build-test-easel.ts'

let t: TestEasel
afterEach(() => t.dispose())

async function open(options: TestEaselOptions): Promise<void> {
  const couriers = (['discord', 'slack', 'web'] as const).map(platform => new FakeCourier(platform))
  t = await buildTestEasel({ couriers, ...options })
}

function inGuild(spaceId: string, userId = 'ann'): Caller {
  const conversation = { ...places.publicChannel, spaceId }
  return t.caller({ person: { platform: 'discord', spaceId, userId, name: userId }, conversation })
}

function inWorkspace(spaceId: string, userId = 'ann'): Caller {
  const conversation = { ...places.slackPublic, spaceId }
  return t.caller({ person: { platform: 'slack', spaceId, userId, name: userId }, conversation })
}

function direct(userId = 'ann'): Caller {
  const conversation = { ...places.directMessage, channelId: `D-${userId}` }
  return t.caller({ person: { platform: 'discord', spaceId: 'direct', userId, name: userId }, conversation })
}

async function ask(caller: Caller, count: number): Promise<string> {
  const answer = await request(caller, count)
  if (answer === 'accepted') await t.settled()
  return answer
}

/** The same without waiting for the pictures. */
async function request(caller: Caller, count: number): Promise<string> {
  const outcome = await t.easel.imagine({ prompt: 'a cat', count }, caller)
  return outcome.kind === 'refused'
    ? inUtc(outcome.problems.map(one => problemSentence(en, one)).join(' '))
    : outcome.kind
}

describe('a person’s quota', () => {
  test('is refused with what an option overrides too: what is given back lacks it', async () => {
    await open({ config: { limits: { quotaPictures: 1 } } })
    const overridden = [{ flag: '--no', dropped: 'dogs', used: 'birds' }]
    const request = { prompt: 'a cat', negative: 'birds', count: 2, overridden }
    const outcome = await t.easel.imagine(request, inGuild('G1'))
    expect(outcome).toMatchObject({
      kind: 'refused',
      problems: [{ code: 'quota-used' }, { code: 'flag-overridden', details: overridden[0] }],
    })
  })

  test('is one in all guilds and direct messages, and each workspace has people of its own', async () => {
    await open({ config: { limits: { quotaPictures: 6 } } })
    expect(await ask(inGuild('G1'), 2)).toBe('accepted')
    expect(await ask(inGuild('G2'), 2)).toBe('accepted')
    expect(await ask(direct(), 2)).toBe('accepted')
    expect(await ask(inGuild('G3'), 1)).toContain('Your 6 pictures per 24 hours are used up')
    expect(t.easel.usage(inGuild('G9').person)).toMatchObject({ jobs: 3, pictures: 6, left: 0 })
    expect(await ask(inGuild('G3', 'bob'), 1)).toBe('accepted')
    expect(await ask(inWorkspace('T1'), 4)).toBe('accepted')
    expect(await ask(inWorkspace('T2'), 4)).toBe('accepted')
  })

  test('says what is left of it where more was asked for', async () => {
    await open({ config: { limits: { quotaPictures: 6 } } })
    expect(await ask(direct(), 3)).toBe('accepted')
    expect(await ask(direct(), 4)).toMatch(
      /^3 of your 6 pictures per 24 hours are left, and this asks for 4; this is possible at .* UTC\.$/,
    )
    const outcome = await t.easel.imagine({ prompt: 'a cat', count: 4, repeat: 2 }, direct(), {
      confirmed: true,
    })
    expect(
      outcome.kind === 'refused' && outcome.problems.map(one => inUtc(problemSentence(en, one))),
    ).toEqual([
      '3 of your 6 pictures per 24 hours are left, and this asks for 8; so many at once are never possible.',
    ])
  })

  test('has that of the space beside it, which people share', async () => {
    await open({ config: { limits: { quotaPicturesPerSpace: 4 } } })
    expect(await ask(inGuild('G1'), 2)).toBe('accepted')
    expect(await ask(inGuild('G1', 'bob'), 2)).toBe('accepted')
    expect(await ask(inGuild('G1', 'cy'), 1)).toContain('This place’s 4 pictures per 24 hours are used up')
    expect(t.easel.usage(inGuild('G1', 'cy').person).left).toBe(0)
    expect(await ask(inGuild('G2'), 4)).toBe('accepted')
    // Direct messages are no community that could share anything.
    for (const userId of ['ann', 'bob', 'cy']) expect(await ask(direct(userId), 4)).toBe('accepted')
    expect(t.easel.usage(direct('dee').person).left).toBeUndefined()
  })
})

describe('on the web, where a browser without its cookie is a new person', () => {
  const visitor = (userId: string, address: string): Caller =>
    t.caller({
      person: { platform: 'web', spaceId: 'web', userId, name: userId, address },
      conversation: {
        platform: 'web',
        spaceId: 'web',
        channelId: 'chat',
        kind: 'channel',
        audience: 'space',
      },
    })

  test('an address has a share of the queue, however many people it is', async () => {
    await open({
      devices: [new FakeWorkers({ mode: 'by-hand' })],
      config: { limits: { maxQueuedPerPerson: 3, peoplePerAddress: 2 } },
    })
    await request(visitor('first', 'elsewhere'), 1)
    const answers: string[] = []
    for (let i = 0; i < 8; i++) answers.push(await request(visitor(`nobody-${i}`, 'one'), 1))
    expect(answers.slice(0, 6)).toEqual(Array(6).fill('accepted'))
    expect(answers.slice(6)).toEqual(Array(2).fill(expect.stringContaining('The queue is full (6 jobs).')))
    expect(await request(visitor('somebody', 'another'), 1)).toBe('accepted')
  })

  test('limits the quota of an address, besides the quota of the space', async () => {
    await open({ config: { limits: { quotaPictures: 4, peoplePerAddress: 2, quotaPicturesPerSpace: 12 } } })
    expect(await ask(visitor('a', 'one'), 4)).toBe('accepted')
    expect(await ask(visitor('a', 'one'), 1)).toContain('Your 4 pictures per 24 hours are used up')
    expect(await ask(visitor('b', 'one'), 4)).toBe('accepted')
    expect(await ask(visitor('c', 'one'), 1)).toContain('Your network’s 8 pictures per 24 hours are used up')
    expect(t.easel.usage(visitor('c', 'one').person).left).toBe(0)
    expect(await ask(visitor('d', 'two'), 4)).toBe('accepted')
    expect(await ask(visitor('e', 'three'), 1)).toContain('This place’s 12 pictures per 24 hours are used up')
  })
})

describe('a person in several guilds', () => {
  test('has one place in turn, after a restart too, and one queue', async () => {
    await open({
      devices: [new FakeWorkers({ mode: 'by-hand' })],
      config: { limits: { maxQueuedPerPerson: 3 } },
    })
    await t.ask('running', inGuild('G0', 'eve'))
    await t.until(() => t.workers.underway.length === 1)
    for (const guild of ['G1', 'G2', 'G3']) await t.ask(`ann in ${guild}`, inGuild(guild))
    for (const n of [1, 2]) await t.ask(`bob ${n}`, inGuild('G1', 'bob'))
    expect(await ask(inGuild('G4'), 1)).toContain('The queue is full (3 jobs)')
    const waiting = () => t.queue().flatMap(job => (job.state === 'queued' ? job.promptAsTyped : []))
    expect(waiting()).toEqual(['ann in G1', 'bob 1', 'ann in G2', 'bob 2', 'ann in G3'])
    t.crash()
    await t.restart()
    await t.until(() => t.workers.underway.length > 0)
    const own = t.easel.ownQueue(direct().person, 10).jobs
    expect(own.map(job => job.promptAsTyped)).toEqual(['ann in G1', 'ann in G2', 'ann in G3'])
    expect(waiting().slice(-4)).toEqual(['bob 1', 'ann in G2', 'bob 2', 'ann in G3'])
  })
})
