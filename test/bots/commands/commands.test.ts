/** The table of commands: how they are typed, found and answered on every platform. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobView } from '../../../src/app/views/views.ts'
import {
  commandNames,
  commands,
  findCommand,
  helpLines,
  readTypedOptions,
  runCommand,
  smallCommandNames,
  typedNameOf,
  usageOf,
  wordsProblem,
} from '../../../src/bots/commands/commands.ts'
import { mineMessage } from '../../../src/bots/commands/mine.ts'
import { modelsMessage } from '../../../src/bots/commands/models.ts'
import { queueMessage } from '../../../src/bots/commands/queue.ts'
import { topicMessage } from '../../../src/bots/commands/topics.ts'
import { usageMessage } from '../../../src/bots/commands/usage.ts'
import { problemSentences } from '../../../src/bots/messages/job-message.ts'
import { textMessage } from '../../../src/bots/messages/message.ts'
import { en } from '../../../src/words/en.ts'
import { languages } from '../../../src/words/locale.ts'
import { inUtc } from '../../../src/words/moment.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { jobView, pictureView } from '../../helpers/job-views.ts'

const waiting: Partial<JobView> = {
  state: 'queued',
  pictures: [],
  startedAt: undefined,
  finishedAt: undefined,
}

let test: TestEasel
beforeAll(async () => {
  test = await buildTestEasel()
})
afterAll(() => test.dispose())

const visible = (job: JobView) => ({ kind: 'visible', job }) as const

async function run(text: string, { isAdmin = false } = {}) {
  const found = findCommand(text)
  if (found.kind === 'unknown') throw new Error(`${text} is no command`)
  const { author: person, conversation } = jobView()
  const caller = {
    person,
    conversation,
    rights: { member: true, moderator: isAdmin, admin: isAdmin },
    eventId: 'e',
  }
  const { easel, ids, clock } = test
  const parts = { easel, ids, words: en, caller, nowMs: clock.now(), prefix: '/' }
  return runCommand(found.name, readTypedOptions(found.name, found.rest), parts)
}

it.each([
  ['models nope', '/models takes nothing after it, not “nope”.'],
  ['forget me please', '/forget me takes nothing after it, not “please”.'],
  ['models', undefined],
  ['imagine a cat', undefined],
  ['stats 7', undefined],
])('%s: words that a command has no use for are named', (text, sentence) => {
  const found = findCommand(text)
  const unused = found.kind === 'known' ? wordsProblem(found.name, found.rest, '/') : undefined
  expect(unused && problemSentences([unused], en)).toEqual(sentence && [sentence])
})

function topic(name: string) {
  return topicMessage(name, { easel: test.easel, words: en, helpLines: helpLines(en, '/') })
}

async function refusalOf(text: string): Promise<string[]> {
  const reply = await run(text, { isAdmin: true })
  return reply.kind === 'refused' ? problemSentences(reply.problems, en) : []
}

describe('the table of commands', () => {
  it('has a name, a title and a description of every command in every language, within Discord’s limits', () => {
    for (const words of Object.values(languages)) {
      for (const name of commandNames) {
        const { name: typed, title, about } = words.commands[name]
        expect(title.length, name).toBeGreaterThan(0)
        expect(about.length, name).toBeLessThanOrEqual(100)
        expect(typed.split(' ').length, name).toBe(typedNameOf(name).split(' ').length)
        for (const word of typed.split(' ')) expect(word, name).toMatch(/^[-_\p{Ll}\p{Lo}\p{N}]{1,32}$/u)
      }
      const typed = commandNames.map(name => words.commands[name].name)
      expect(new Set(typed).size).toBe(typed.length)
    }
  })

  it('gives a short help with examples first; its buttons show commands and flags', async () => {
    const reply = await run('help')
    const message = reply.kind === 'message' ? reply.message : textMessage('')
    expect(message.lines.slice(0, 4)).toEqual([en.help.intro, ...en.help.examples])
    expect(message.lines.length).toBeLessThanOrEqual(8)
    const behind = message.buttons.flat().flatMap(({ targetId }) => topic(targetId)?.lines ?? [])
    expect(behind).toContain('/show ID: Show an earlier picture here, with all its buttons')
    expect(behind).toContain('/stats [N]: Usage of everyone here, for admins')
    for (const name of smallCommandNames) expect(behind.join('\n')).toContain(`/${typedNameOf(name)}`)
    for (const name of Object.keys(en.flags))
      expect(
        behind.filter(line => line.startsWith(`--${name}:`) || line.startsWith(`--${name} `)),
      ).toHaveLength(1)
    expect(topic('nothing')).toBeUndefined()
  })

  it('offers as views only what needs nothing typed', () => {
    for (const name of commandNames.filter(each => commands[each].isView))
      expect(
        commands[name].options.filter(option => option.isRequired),
        name,
      ).toEqual([])
  })
})

describe('a command in a text', () => {
  it('is found in any letter case, with what follows it', () => {
    expect(findCommand('?!')).toMatchObject({ kind: 'unknown', typed: '?!' })
    expect(findCommand('QUEUE')).toEqual({ kind: 'known', name: 'queue', rest: '' })
    expect(findCommand(' show  abc ')).toEqual({ kind: 'known', name: 'show', rest: 'abc' })
    expect(findCommand('forget   Me')).toEqual({ kind: 'known', name: 'forget', rest: '' })
  })

  it('is named by its nearest where it is mistyped', () => {
    expect(findCommand('modles')).toEqual({ kind: 'unknown', typed: 'modles', nearest: 'models' })
    expect(findCommand('forget')).toEqual({ kind: 'unknown', typed: 'forget', nearest: 'forget me' })
    expect(findCommand('dance')).toEqual({ kind: 'unknown', typed: 'dance', nearest: undefined })
  })

  it('is refused in one sentence where an option is missing or makes no sense', async () => {
    expect(await refusalOf('show')).toEqual(['/show ID needs the id of a picture.'])
    expect(await refusalOf('show nothing')).toEqual([en.problems['picture-unknown']({ id: '' })])
    expect(await refusalOf('show 0123456789abcdef please')).toEqual([
      '/show ID takes the id of a picture, not “0123456789abcdef please”.',
    ])
    expect(await refusalOf('stats soon')).toEqual(['/stats [N] takes a whole number, not “soon”.'])
    expect(await refusalOf('stats 999')).toEqual(['days is 999, but must be from 1 to 366.'])
    expect(await refusalOf('stats 0')).toEqual(['days is 0, but must be from 1 to 366.'])
  })

  it('has figures of the last 30 days unless it says otherwise, of a year at most, for admins alone', async () => {
    const day = 24 * 60 * 60 * 1000
    for (const [text, days] of [
      ['stats', 30],
      ['stats ７', 7],
      ['stats 366', 366],
    ] as const) {
      const reply = await run(text, { isAdmin: true })
      expect(reply.kind === 'stats' && reply.stats.toMs - reply.stats.fromMs).toBe(days * day)
      expect(reply).toMatchObject({ kind: 'stats', days })
    }
    expect(await run('stats')).toEqual({
      kind: 'refused',
      problems: [{ code: 'admins-only', details: { name: 'web:web:ada' } }],
    })
  })

  it('asks before everything of a person is deleted', async () => {
    const reply = await run('forget me')
    expect(reply).toMatchObject({
      kind: 'message',
      message: { title: en.forget.title, buttons: [[{ action: 'forget', label: en.forget.yes }]] },
    })
    expect(usageOf('forget')).toBe('forget me')
  })
})

describe('the message of a command', () => {
  it('lists the queue with the asker’s own jobs to cancel', () => {
    const mine = jobView({ ...waiting, id: 'job0000000000002', place: 1, etaMs: 5000 })
    const other = { ...mine.author, userId: 'bob', name: 'Bob' }
    const running = jobView({ ...waiting, state: 'running', step: 3, author: other })
    const message = queueMessage(
      { entries: [visible(running), visible(mine)], running: 1, waiting: 1 },
      en,
      mine.author,
    )
    expect(message.title).toBe('1 being painted, 1 waiting')
    expect(message.lines).toEqual([
      '1. a red circle on a blue background · Bob · Painting: step 3 of 20',
      '2. a red circle on a blue background · yours · about 5 s to go',
    ])
    expect(message.buttons).toEqual([
      [{ action: 'cancel', targetId: mine.id, label: 'Cancel 2', style: 'plain' }],
    ])
  })

  it('says in the queue what a job waits for that has no time', () => {
    const view = jobView({ ...waiting, place: 1, heldUp: 'no-device' })
    const { lines } = queueMessage({ entries: [visible(view)], running: 0, waiting: 1 }, en, view.author)
    expect(lines).toEqual([
      '1. a red circle on a blue background · yours · waits for a device that can paint it',
    ])
  })

  it('shows places of which the asker may see nothing without a word of them', () => {
    const mine = jobView({ ...waiting, place: 2 })
    const entries = [
      { kind: 'hidden', state: 'running' },
      { kind: 'hidden', state: 'queued' },
      visible(mine),
    ] as const
    const message = queueMessage({ entries, running: 1, waiting: 2 }, en, mine.author)
    expect(message.title).toBe('1 being painted, 2 waiting')
    expect(message.lines).toEqual([
      '1. another request',
      '2. another request',
      '3. a red circle on a blue background · yours',
    ])
    expect(message.buttons).toHaveLength(1)
  })

  it('keeps a queue of any length within five rows', () => {
    const jobs = Array.from({ length: 20 }, (_, i) => jobView({ ...waiting, id: `job${i}`, place: i + 1 }))
    const message = queueMessage(
      { entries: jobs.map(visible), running: 0, waiting: 300 },
      en,
      jobView().author,
    )
    expect(message.buttons.length).toBeLessThanOrEqual(5)
    expect(message.lines.at(-1)).toBe('… and 280 more')
  })

  it('lists one’s own latest pictures with their IDs and all that can be done with each', () => {
    const jobs = [1, 2].map(n => jobView({ pictures: [pictureView({ id: `picture00000000${n}0` })] }))
    const message = mineMessage(jobs, en, '/')
    expect(inUtc(message.lines[1] ?? '')).toBe(
      '2. a red circle on a blue background · 2023-11-14 22:13 UTC · ID picture0000000020',
    )
    expect(message.lines.at(-1)).toBe('/show and --source take an ID.')
    expect(message.buttons.flat()).toMatchObject([
      { action: 'more', targetId: 'picture0000000010' },
      { action: 'more', targetId: 'picture0000000020' },
    ])
    expect(mineMessage([], en, '/').title).toBe(en.mine.none)
  })

  it('describes figures and models', () => {
    expect(
      usageMessage({ jobs: 1, pictures: 4, gpuSeconds: 3.21, left: 6, periodHours: 24 }, en).lines,
    ).toEqual(['4 pictures in 1 job', '3.2 s of painting', '6 pictures left'])
    const demo = {
      name: 'demo',
      hash: 'a1',
      hasRefiner: true,
      isDefault: true,
      defaultSize: { widthPx: 128, heightPx: 128 },
      sizeStepPx: 32,
      defaultSampler: 'euler',
      defaultSteps: 20,
      defaultGuidance: 7,
    }
    const message = modelsMessage([demo], ['files'], en)
    expect(message.lines).toEqual(['demo (default) · with Refiner'])
    expect(message.buttons.flat().map(({ label }) => label)).toEqual([
      'Model details',
      'Samplers',
      'Schedules',
      'LoRAs, ControlNets …',
    ])
    const offered = {
      models: () => [demo],
      samplers: () => ['euler'],
      schedules: () => ['ays', 'beta'],
      styles: () => [],
      fileNames: (kind: string) => (kind === 'controlnet' ? ['canny', 'depth'] : []),
    }
    const told = (name: string) => topicMessage(name, { easel: offered, words: en, helpLines: [] })?.lines
    expect(told('details')).toEqual([
      'demo · 128×128 · sizes in steps of 32 px · 20 steps, guidance 7, euler',
    ])
    expect(told('schedules')).toEqual(['ays, beta'])
    expect(told('files')).toEqual(['ControlNet: canny, depth'])
  })
})
