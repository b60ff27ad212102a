/** Any text in any field, up to ten times what is allowed, costs the main thread next to nothing: nobody else waits for it. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { textLimits } from '../../src/app/checks/text-limits.ts'
import type { ImagineRequest } from '../../src/app/requests.ts'
import { readForeignPicture } from '../../src/app/views/foreign-picture.ts'
import { settingsFields } from '../../src/bots/chat/settings-form.ts'
import { oneLine, plainText, safeText } from '../../src/bots/discord/outbound/render/text.ts'
import { formatCommand, parseCommand } from '../../src/bots/grammar/command-line.ts'
import { flagList } from '../../src/bots/grammar/flags.ts'
import { jobMessage, problemSentences } from '../../src/bots/messages/job-message.ts'
import { textForBot } from '../../src/bots/slack/inbound/typed-text.ts'
import { noOptions } from '../../src/bots/web/inbound/message-form.ts'
import { Receiver } from '../../src/bots/web/inbound/receive.tsx'
import { parsePromptWeights } from '../../src/engine/text/easel/weights.ts'
import { promptRules } from '../../src/engine/text/prompt-rules.ts'
import { en } from '../../src/words/en.ts'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'
import { leastUnits } from '../helpers/measurements/processor-time.ts'
import { pngWith } from '../helpers/pictures/foreign-pictures.ts'

/** About milliseconds of processor time (helpers/measurements/processor-time.ts). */
const boundUnits = 50
/** How many texts are tried. */
const texts = Number(process.env.EASEL_TEXTS ?? 300)

let t: TestEasel
let receiver: Receiver
beforeAll(async () => {
  // Nothing is painted: what is accepted is cancelled again.
  t = await buildTestEasel({
    devices: [new FakeWorkers({ mode: 'by-hand' })],
    config: { wildcards: { w: ['__w__ and __w__', 'x'.repeat(500)] } },
  })
  await t.ask('the device is busy')
  receiver = new Receiver({ easel: t.easel, words: en, clock: t.clock, ids: t.ids, maxCount: 4 })
})
afterAll(() => t.dispose())

const visit = () => ({
  person: t.caller().person,
  seesStats: false,
  once: t.ids.next(),
  nextOnce: 'x',
})
const say = (text: string) => receiver.say({ text, confirmed: true }, visit())

const { prompt, name, id, command } = textLimits({ maxPromptCharacters: 4000 })

interface Way {
  name: string
  cap: number
  goes: (text: string) => unknown
}

const requestTexts = [
  'prompt',
  'prompt2',
  'negative',
  'sampler',
  'schedule',
  'preset',
  'model',
  'vae',
  'style',
] as const
const requestLists = ['loras', 'controls', 'imagePrompts'] as const

/** Every way by which text of people comes in. */
const ways: readonly Way[] = [
  { name: 'a line of the web chat', cap: command, goes: say },
  { name: 'a command of the web chat', cap: command, goes: text => say(`/${text}`) },
  { name: 'an imagine of the web chat', cap: command, goes: text => say(`/imagine ${text}`) },
  {
    name: 'a field of the web chat',
    cap: command,
    goes: text =>
      receiver.say(
        { text: 'a cat', confirmed: true, chosen: { ...noOptions, flags: new Map([['control', text]]) } },
        visit(),
      ),
  },
  { name: 'flags', cap: command, goes: text => said(parseCommand(`a cat --${text}`)) },
  ...flagList.map(([flag]) => ({
    name: `the flag ${flag}`,
    cap: command,
    goes: (text: string) => say(`/imagine a cat --${flag} ${text}`),
  })),
  { name: 'a message in Slack', cap: command, goes: text => textForBot('U1', text) },
  {
    name: 'what Discord shows',
    cap: prompt,
    goes: text => [plainText(text, 2000), safeText(text, 2000), oneLine(text, 100)],
  },
  { name: 'an id', cap: id, goes: text => say(`/show ${text}`) },
  {
    name: 'a source',
    cap: id,
    goes: text => imagines({ prompt: 'a', source: { kind: 'stored', pictureId: text } }),
  },
  ...requestTexts.map(key => ({
    name: `a request's ${key}`,
    cap: /prompt|negative/.test(key) ? prompt : name,
    goes: (text: string) => imagines({ prompt: 'a cat', [key]: text }),
  })),
  ...requestLists.flatMap(key => [
    {
      name: `the names in ${key}`,
      cap: name,
      goes: (text: string) => imagines({ prompt: 'a cat', [key]: Array(3).fill({ name: text }) }),
    },
    {
      name: `as many ${key}`,
      cap: 3,
      goes: (text: string) =>
        imagines({ prompt: 'a cat', [key]: [...text].map(letter => ({ name: letter })) }),
    },
  ]),
  ...settingsFields({}, { models: [], maxCount: 4 }, en).map(({ id: field }) => ({
    name: `the default ${field}`,
    cap: prompt,
    goes: async (text: string) => {
      await receiver.saveSettings({ text: id => (id === field ? text : undefined) }, visit())
      await imagines({ prompt: 'a cat' })
    },
  })),
  {
    name: 'a name',
    cap: 100,
    goes: text => imagines({ prompt: 'a cat' }, text),
  },
  {
    name: 'what a picture says',
    cap: prompt,
    goes: text => readForeignPicture(pngWith({ parameters: text }), { models: [] }),
  },
  { name: 'the weights of a prompt', cap: prompt, goes: text => parsePromptWeights(text.slice(0, prompt)) },
  ...Object.entries(promptRules).map(([name, rule]) => ({
    name: `a prompt by the rule ${name}`,
    cap: prompt,
    goes: (text: string) => {
      const plain = rule.withoutNetworks(text.slice(0, prompt)).text
      const schedule = rule.schedule(plain, 30)
      rule.remarks(text.slice(0, prompt))
      return schedule.map(one => rule.chunks(one.text, { tokens: () => [], comma: -1 }))
    },
  })),
]

function said(parsed: ReturnType<typeof parseCommand>): void {
  problemSentences(parsed.problems ?? [], en)
}

/** Asked, shown as every platform shows it, and taken back. */
async function imagines(request: ImagineRequest, name = 'Ada'): Promise<void> {
  const caller = t.caller()
  const outcome = await t.easel.imagine(
    request,
    { ...caller, person: { ...caller.person, name } },
    { confirmed: true },
  )
  if (outcome.kind === 'refused') problemSentences(outcome.problems, en)
  if (outcome.kind !== 'accepted') return
  for (const job of outcome.jobs) {
    jobMessage(job, en)
    formatCommand(job)
  }
}

async function takeBack(): Promise<void> {
  for (const job of t.queue().filter(({ state }) => state === 'queued')) {
    await t.easel.act({ kind: 'delete', jobId: job.id }, t.caller())
  }
  await t.built.delivered()
}

/** What parsers trip over. */
const pieces = [
  ...'{}()[]<>:,.|\\"\'“”—–-_= \n\t',
  ...[
    '{a,',
    '{a,b}',
    '{,',
    '(a',
    ':1.1)',
    '[a:b:',
    '\\{',
    ' "',
    '\\" "',
    ' --a ',
    '--no ',
    '--model x',
    ' —a',
    '__w__',
    '__',
  ],
  ...[
    '/imagine ',
    ' BREAK ',
    ' AND ',
    '<lora:a:1>',
    '<@U1|',
    '<https:a',
    '🎨',
    '\u0301',
    '\u202e',
    'word ',
    '1',
    '0x',
    'é',
    '\0',
  ],
]

const text = fc.record({
  head: fc.constantFrom('', ...pieces),
  pieces: fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }),
  mirrored: fc.boolean(),
  times: fc.constantFrom(0.5, 1, 2, 10),
})

/** The pieces over and over, and their mirror image after the middle: nesting needs both. */
function textOf(
  shape: { head: string; pieces: string[]; mirrored: boolean; times: number },
  cap: number,
): string {
  const length = Math.floor(cap * shape.times) - 1
  const first = shape.pieces.join('')
  const fill = (piece: string, size: number) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size)
  if (!shape.mirrored) return shape.head + fill(first, length)
  const closing: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']', '<': '>', '“': '”' }
  const last = [...first]
    .reverse()
    .map(character => closing[character] ?? character)
    .join('')
  return shape.head + fill(first, length / 2) + fill(last, length / 2)
}

/** What was accepted is taken back, in time that does not count. */
async function costOf(run: () => unknown): Promise<number> {
  const units = await leastUnits(boundUnits / 2, run)
  await takeBack()
  return units
}

test('a text of any length costs next to nothing, by every entry point', {
  timeout: 60_000 + texts * 600,
}, async () => {
  const worst = { units: 0, name: '' }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ways), text, async (way, shape) => {
      const typed = textOf(shape, way.cap)
      const units = await costOf(() => way.goes(typed))
      if (units > worst.units) Object.assign(worst, { units, name: way.name })
      expect(units, way.name).toBeLessThan(boundUnits)
    }),
    { numRuns: texts },
  )
  process.stdout.write(
    `long texts: the worst cost ${worst.units.toFixed(1)} of ${boundUnits} units (${worst.name})\n`,
  )
})

test.each([
  ['braces in braces, as many as fit', '{'.repeat(1990) + '}'.repeat(1990)],
  ['choices in choices', '{a,'.repeat(1000) + '}'.repeat(1000)],
  ['braces that never close', '{,'.repeat(1999)],
  ['200,000 unknown flags', 'a cat '.padEnd(200_000 * 5, ' --zz')],
  ['a command of 4 MB', `/${'imagine'.repeat(600_000)}`],
  ['a negative of 1 MB', `a cat --no ${'fog '.repeat(262_144)}`],
  ['ten thousand LoRAs', `a cat --lora ${'a;'.repeat(10_000)}`],
  ['wildcards in wildcards', '__w__'.repeat(700)],
])('%s', async (_, typed) => {
  expect(await costOf(() => say(typed))).toBeLessThan(boundUnits)
})

test.each([
  ['open braces', '{', 199_000],
  ['open braces', '{', 3_900_000],
  ['choices in choices', '{a,', 199_000],
  ['as many words of emphasis', '((a', 199_000],
  ['fields', 'Steps: 1, ', 499_000],
  ['quotes that never close', 'a: "b, ', 499_000],
])('what a picture says: %s, %s over and over, %i characters', async (_, piece, length) => {
  const picture = pngWith({ parameters: piece.repeat(length / piece.length) })
  expect(await costOf(() => readForeignPicture(picture, { models: [] }))).toBeLessThan(4 * boundUnits)
})
