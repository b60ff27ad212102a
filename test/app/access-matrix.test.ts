/** Every way to read a job or a picture, by everybody, of everything: a new one without its row does not compile. */
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Viewer } from '../../src/app/access/access-rules.ts'
import type { Easel } from '../../src/app/easel.ts'
import type { Caller } from '../../src/app/people/people.ts'
import type { Action } from '../../src/app/requests.ts'
import { FakeCourier } from '../fakes/fake-courier.ts'
import { ownerIn, type PlaceName, places, viewerAt, viewers } from '../helpers/access-scene.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

/** What is asked about: real ids, or such as do not exist. */
interface Target {
  jobId: string
  pictureId: string
  hash: string
}

/** `target`: about one thing. `list`: about nothing by name, so that what it tells is searched. */
/** `changes`: what it is asked about, if it may be seen. `paints`: whatever it is asked about. */
type Effect = 'none' | 'changes' | 'paints'

type Read =
  | { of: 'target'; ask(caller: Caller, target: Target): unknown; effect: Effect }
  | { of: 'list'; ask(caller: Caller): unknown }

type MethodName = keyof Easel
type ActionName = Action['kind']

let t: TestEasel
beforeAll(async () => {
  const couriers = (['discord', 'slack', 'web'] as const).map(platform => new FakeCourier(platform))
  t = await buildTestEasel({ couriers, config: { admins: ['discord:*:OPERATOR'] } })
})
afterAll(() => t.dispose())

const source = ({ pictureId }: Target) => ({ kind: 'stored', pictureId }) as const
const about = (ask: (caller: Caller, target: Target) => unknown, effect: Effect = 'none'): Read => ({
  of: 'target',
  ask,
  effect,
})
const listing = (ask: (caller: Caller) => unknown): Read => ({ of: 'list', ask })

/** One row for each method of the facade, `act` apart; more where a method reads in several ways. */
const methods: { [Name in Exclude<MethodName, 'act'>]: Record<string, Read> } = {
  imagine: {
    'as a source': about((caller, target) =>
      t.easel.imagine({ prompt: 'x', source: source(target) }, caller),
    ),
    'as a mask': about((caller, target) =>
      t.easel.imagine({ prompt: 'x', mask: source(target), source: source(target) }, caller),
    ),
    'as the parent of another': about(async (caller, { pictureId }) => {
      const outcome = await t.easel.imagine({ prompt: 'x', parentPictureId: pictureId }, caller)
      return outcome.kind === 'accepted' ? outcome.jobs.map(job => job.parent) : outcome
    }, 'paints'),
  },
  cancelUnopened: { 'by the job’s id': about((caller, { jobId }) => t.easel.cancelUnopened(jobId, caller)) },
  deletionProblem: {
    'by the job’s id': about((caller, { jobId }) => t.easel.deletionProblem(jobId, caller)),
  },
  job: { 'by id': about((caller, { jobId }) => t.easel.job(jobId, caller)) },
  picture: { 'by id': about((caller, { pictureId }) => t.easel.picture(pictureId, caller)) },
  remixStart: { 'by id': about((caller, { pictureId }) => t.easel.remixStart(pictureId, caller)) },
  pictureByHash: {
    'by all of it': about((caller, { hash }) => t.easel.pictureByHash(hash, caller)),
    'by the part in a file’s name': about((caller, { hash }) =>
      t.easel.pictureByHash(hash.slice(0, 16), caller),
    ),
  },
  pictureStream: {
    'by id': about(async (caller, { pictureId }) => {
      const stream = await t.easel.pictureStream(pictureId, caller)
      return stream && new Uint8Array(await new Response(stream).arrayBuffer())
    }),
  },
  thumbnail: { 'by id': about((caller, { pictureId }) => t.easel.thumbnail(pictureId, 512, caller)) },
  pictureBytes: { 'by id': about((caller, { pictureId }) => t.easel.pictureBytes(pictureId, caller)) },
  foreignPicture: {
    'of a file at hand': listing(async () => {
      const targets = await Promise.all(names.map(name => targetIn(name, false)))
      return Promise.all(
        targets.map(async ({ pictureId }) => {
          const bytes = await t.bytesOf(pictureId)
          if (bytes === undefined) throw new Error(`picture ${pictureId} has no bytes`)
          return t.easel.foreignPicture(bytes)
        }),
      )
    }),
  },
  show: {
    'by the picture’s id': about((caller, { pictureId }) => t.easel.show(pictureId, caller), 'changes'),
    'by the job’s id': about((caller, { jobId }) => t.easel.show(jobId, caller), 'changes'),
  },
  deliveryStatus: {
    'by the job’s id': about((caller, { jobId }) => t.easel.deliveryStatus(jobId, caller, 0)),
  },
  deletionStatus: {
    'of all jobs': listing(async () => {
      const targets = await Promise.all(names.map(name => targetIn(name, false)))
      return t.easel.deletionStatus(
        targets.map(({ jobId }) => jobId),
        0,
      )
    }),
  },
  recordReply: {
    'to anybody': listing(async caller => {
      const targets = await Promise.all(names.map(name => targetIn(name, false)))
      return t.easel.recordReply({ id: caller.eventId, jobIds: targets.map(({ jobId }) => jobId) })
    }),
  },
  notices: { 'of one’s own': listing(caller => t.easel.notices(caller.person)) },
  jobsHere: { 'of the channel': listing(caller => t.easel.jobsHere(caller, 1000)) },
  queue: { 'of everybody': listing(caller => t.easel.queue(caller, 100)) },
  ownQueue: { 'of one’s own': listing(caller => t.easel.ownQueue(caller.person, 100).jobs) },
  ownDone: { 'of one’s own': listing(caller => t.easel.ownDone(caller.person, 100)) },
  queueLength: { 'in figures': listing(() => t.easel.queueLength()) },
  models: { 'of the configuration': listing(() => t.easel.models()) },
  samplers: { 'of the program': listing(() => t.easel.samplers()) },
  schedules: { 'of the program': listing(() => t.easel.schedules()) },
  styles: { 'of the configuration': listing(() => t.easel.styles()) },
  fileNames: { 'of the configuration': listing(() => t.easel.fileNames('controlnet')) },
  settings: { 'of one’s own': listing(caller => t.easel.settings(caller.person)) },
  setNotify: { 'of one’s own': listing(caller => t.easel.setNotify(caller.person, true)) },
  saveSettings: { 'of one’s own': listing(caller => t.easel.saveSettings(caller.person, {})) },
  usage: { 'of one’s own': listing(caller => t.easel.usage(caller.person)) },
  seesStats: { 'yes or no': listing(caller => t.easel.seesStats(caller)) },
  // Figures hold names. Whom the configuration names sees everybody's.
  stats: {
    'of the space': listing(caller =>
      caller.person.userId === 'OPERATOR'
        ? undefined
        : t.easel.stats({ fromMs: 0, toMs: t.clock.now() + 1 }, caller),
    ),
  },
  savePending: {
    'of one’s own': listing(caller =>
      t.easel.savePending({ id: `waits ${caller.eventId}`, person: caller.person, document: {} }),
    ),
  },
  pending: {
    'under ids that are guessed': listing(caller =>
      names.map(name => t.easel.pending(pendingIdOf(name), caller.person)),
    ),
  },
  pendingFiles: {
    'under ids that are guessed': listing(caller =>
      Promise.all(names.map(name => t.easel.pendingFiles(pendingIdOf(name), caller.person))),
    ),
  },
  forget: { 'of one’s own': listing(caller => t.easel.forget({ ...caller.person, userId: 'NOBODY' })) },
  watch: { 'from now on': listing(caller => heardBy(caller)) },
  watchQueueLength: { 'from now on': listing(() => undefined) },
}

const actions: { [Name in ActionName]: Read } = {
  info: about((caller, { pictureId }) => t.easel.act({ kind: 'info', pictureId }, caller)),
  remix: about((caller, { pictureId }) =>
    t.easel.act({ kind: 'remix', pictureId, request: { prompt: 'x' } }, caller),
  ),
  refine: about((caller, { pictureId }) => t.easel.act({ kind: 'refine', pictureId }, caller)),
  'vary-subtle': about((caller, { pictureId }) => t.easel.act({ kind: 'vary-subtle', pictureId }, caller)),
  'vary-strong': about((caller, { pictureId }) => t.easel.act({ kind: 'vary-strong', pictureId }, caller)),
  upscale: about((caller, { pictureId }) => t.easel.act({ kind: 'upscale', pictureId, factor: 2 }, caller)),
  're-roll': about((caller, { jobId }) => t.easel.act({ kind: 're-roll', jobId }, caller)),
  cancel: about((caller, { jobId }) => t.easel.act({ kind: 'cancel', jobId }, caller)),
  delete: about((caller, { jobId }) => t.easel.act({ kind: 'delete', jobId }, caller), 'changes'),
}

const names = Object.keys(places) as PlaceName[]

const reads: [string, Read][] = [
  ...Object.entries(methods).flatMap(([method, rows]) =>
    Object.entries(rows).map(([name, read]): [string, Read] => [`${method}, ${name}`, read]),
  ),
  ...Object.entries(actions).map(([action, read]): [string, Read] => [`act: ${action}`, read]),
]

const fixtures = new Map<PlaceName, Promise<Target>>()
const events = new Map<string, string>()
const secretOf = (name: PlaceName) => `secret made in ${name}`
const pendingIdOf = (name: PlaceName) => `asked in ${name}`

/** A picture of the owner's, made there; the same one for all who only look. */
function targetIn(name: PlaceName, fresh: boolean): Promise<Target> {
  const known = fresh ? undefined : fixtures.get(name)
  const target = known ?? make(name)
  if (!fresh) fixtures.set(name, target)
  return target
}

async function make(name: PlaceName): Promise<Target> {
  const conversation = places[name]
  const caller = t.caller({ person: ownerIn(conversation), conversation })
  const job = await t.paint(secretOf(name), caller)
  events.set(job.id, caller.eventId)
  const { person } = caller
  await t.easel.savePending({ id: pendingIdOf(name), person, document: { command: secretOf(name) } })
  const [picture] = job.pictures
  return { jobId: job.id, pictureId: picture?.id ?? '', hash: picture?.hash ?? '' }
}

/** What reached each viewer of jobs in all places, while they all listened. */
let heard: Promise<Map<Viewer, unknown[]>> | undefined

async function listen(): Promise<Map<Viewer, unknown[]>> {
  const all = new Map<Viewer, unknown[]>()
  const stops = Object.keys(viewers).map(name => {
    const viewer = viewerAt(name, places.publicChannel)
    const mine: unknown[] = []
    all.set(viewer, mine)
    return t.easel.watch(viewer, job => mine.push(job))
  })
  for (const name of names) await make(name)
  for (const stop of stops) stop()
  return all
}

async function heardBy({ person, conversation, rights }: Viewer): Promise<unknown> {
  heard ??= listen()
  const isSame = (viewer: Viewer) => isDeepStrictEqual(viewer, { person, conversation, rights })
  return [...(await heard)].filter(([viewer]) => isSame(viewer))
}

function textOf(answer: unknown): string {
  return JSON.stringify(answer instanceof Uint8Array ? ['bytes', answer.length] : answer) ?? 'undefined'
}

const nowhere: Target = {
  jobId: 'nosuchjob0000001',
  pictureId: 'nosuchpicture001',
  hash: 'f'.repeat(64),
}

/** An answer as text in which the ids asked for are one. */
async function answerTo(read: Read & { of: 'target' }, viewer: Viewer, target: Target): Promise<string> {
  const answer = textOf(await read.ask({ ...t.caller(), ...viewer }, target))
  return answer.replaceAll(target.jobId, 'ID').replaceAll(target.pictureId, 'ID')
}

/** What a viewer sees of all places in one answer: an owner is another account on each platform. */
function atOnce(viewerName: string, sees: readonly PlaceName[]): readonly PlaceName[] {
  const { platform } = viewerAt(viewerName, places.publicChannel).person
  return viewerName === 'the owner, where each was made'
    ? sees.filter(name => places[name].platform === platform)
    : sees
}

/** A place that is seen and one that is not, where there are such. */
function oneOfEach(sees: readonly PlaceName[]): PlaceName[] {
  const unseen = names.filter(name => !sees.includes(name))
  return [...sees.slice(0, 1), ...unseen.slice(0, 1)]
}

describe.each(reads)('%s', (_, read) => {
  test.each(Object.entries(viewers))('%s', async (viewerName, { sees }) => {
    if (read.of === 'target') {
      const unknown = new Map<Viewer, string>()
      for (const name of read.effect === 'paints' ? oneOfEach(sees) : names) {
        const target = await targetIn(name, read.effect === 'changes' && sees.includes(name))
        const viewer = viewerAt(viewerName, places[name])
        const ofNothing = unknown.get(viewer) ?? (await answerTo(read, viewer, nowhere))
        unknown.set(viewer, ofNothing)
        const answer = await answerTo(read, viewer, target)
        if (sees.includes(name)) expect(answer, name).not.toBe(ofNothing)
        else expect(answer, name).toBe(ofNothing)
      }
      await t.settled()
      return
    }
    for (const name of names) await targetIn(name, false)
    const viewer = viewerAt(viewerName, places.publicChannel)
    const answer = textOf(await read.ask({ ...t.caller(), ...viewer }))
    const seen = atOnce(viewerName, sees)
    const unseen = names.filter(name => !seen.includes(name))
    for (const name of unseen) expect(answer).not.toContain(secretOf(name))
    const spaces = new Set(seen.map(name => places[name].spaceId))
    for (const name of unseen.filter(each => !spaces.has(places[each].spaceId)))
      expect(answer).not.toContain(ownerIn(places[name]).name)
  })
})

test.each(Object.entries(viewers))('an event that comes again from %s', async (viewerName, { sees }) => {
  for (const name of names) {
    const { jobId } = await targetIn(name, false)
    const viewer = viewerAt(viewerName, places[name])
    if (viewer.conversation.platform !== places[name].platform) continue
    const eventId = events.get(jobId) ?? ''
    const outcome = await t.easel.imagine({ prompt: 'x' }, { ...t.caller(), ...viewer, eventId })
    const shown = outcome.kind === 'duplicate' ? outcome.jobs.map(({ id }) => id) : outcome
    expect(shown, name).toEqual(sees.includes(name) ? [jobId] : [])
  }
})

test('every method of the facade has its row', () => {
  expect(Object.keys(t.easel).sort()).toEqual([...Object.keys(methods), 'act'].sort())
})
