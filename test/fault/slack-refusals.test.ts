/**
 * Any call of a delivery on Slack may be refused with any code of its list, time out, or succeed without its answer
 * arriving, with kills between: every picture stands once, or its end is recorded, logged and told.
 */
import { afterEach, expect, it } from 'vitest'
import { SlackTest } from '../bots/slack/start-slack.ts'
import { commonErrors, errorsOf } from '../fakes/slack/api/error-codes.ts'
import type { Failure } from '../fakes/slack/api/faults.ts'
import { expectAllEnded, standingAsUnderway, unfinished } from '../helpers/delivery-ends.ts'
import { RandomMishaps } from '../helpers/random/random-mishaps.ts'
import { seededRandom } from '../helpers/random/seeded-random.ts'

const jobs = Number(process.env.EASEL_REFUSED_JOBS ?? 10)
const jobsPerKill = 5

/** Codes that may answer a call of a delivery; undefined for other calls. */
function refusalsOf(method: string): readonly string[] | undefined {
  if (method === 'upload') return []
  const listed = errorsOf[method]
  if (listed === undefined) return undefined
  // That something is gone is believed where it is to be deleted or looked at: Slack does not say so of what stands.
  const isBelieved = /delete|info/.test(method)
  const codes = isBelieved ? listed.filter(code => !/_not_found$|^file_deleted$/.test(code)) : listed
  return [...codes, ...commonErrors]
}

let t: SlackTest
afterEach(() => t.dispose())

it('every picture stands once on Slack or its end is told, whatever calls answer', {
  timeout: 1_200_000,
}, async () => {
  const random = seededRandom('slack refusals')
  const mishaps = new RandomMishaps(random)
  t = await SlackTest.start({ easel: { config: { notify: true } } })
  const { slack, scene, test } = t
  const { ada, bob, channel, team } = scene
  const other = slack.addChannel(team, 'other')
  slack.faults.choose = (method): Failure | undefined => {
    const refusals = refusalsOf(method)
    const mishap = refusals && mishaps.next(refusals)
    if (mishap?.kind === 'unavailable') return 503
    return mishap?.kind === 'refusal' ? mishap.refusal : mishap
  }
  const asks: (() => Promise<unknown>)[] = [
    () => ada.types('/imagine', `cat ${random.next()}`, { channelId: channel.id }),
    () => ada.types('/imagine', `cats ${random.next()} --n 4`, { channelId: channel.id }),
    () => bob.types('/imagine', `direct cat ${random.next()} --n 2`, { channelId: bob.direct.id }),
    () => ada.mentions(`cat in a thread ${random.next()}`, { channelId: channel.id, threadTs: thread.ts }),
    async () => {
      const painted = test.jobsIn({ platform: 'slack', spaceId: team.id, channelId: channel.id }, 1000)
      const done = painted.filter(({ state }) => state === 'done')
      if (done.length === 0)
        return ada.types('/imagine', `first cat ${random.next()}`, { channelId: channel.id })
      return ada.types('/easel', `show ${random.pick(done).id}`, { channelId: other.id })
    },
  ]
  const thread = ada.writes('look at this', { channelId: channel.id })
  for (let i = 0; i < jobs; i++) {
    slack.faults.processingMs = random.pick([0, 0, 1000])
    slack.faults.acceptsUnsharedFiles = random.next() < 0.8
    if (i % jobsPerKill === 0) mishaps.planKill()
    await t.over(random.pick(asks)(), 1000)
    await t.passing(() => mishaps.isKillDue || (test.isIdle && test.pending.length === 0), 1000)
    if (!mishaps.isKillDue) continue
    mishaps.killed()
    await t.over(t.restart('crash'), 1000)
  }
  await t.calm(1000)

  const shown = slack.world.posts.filter(post => !post.deleted && post.onlyFor === undefined)
  const count = (bytes: Uint8Array) => {
    const ids = new Set(
      [...slack.world.files.values()]
        .filter(file => file.state !== 'deleted' && file.bytes && Buffer.compare(file.bytes, bytes) === 0)
        .map(({ id }) => id),
    )
    const shows = (text: string) => [...ids].some(id => text.includes(`"${id}"`))
    return shown.filter(post => {
      const large = post.blocks.filter(({ type }) => type === 'image')
      return shows(JSON.stringify([large, post.fileIds]))
    }).length
  }
  const lost = await expectAllEnded(test, count)
  // Slack cannot be asked for a post of which no answer came: such a one may stand beside its repetition, and must be true.
  expect(standingAsUnderway(shown.map(post => t.text(post))), unfinished(test)).toEqual([])
  if (jobs >= 40) expect(mishaps.kills).toBeGreaterThan(0)
  console.info(
    `slack refusals: ${jobs} jobs, ${mishaps.mishaps} calls that failed, ${mishaps.kills} kills, ${lost} results told as undeliverable`,
  )
})
