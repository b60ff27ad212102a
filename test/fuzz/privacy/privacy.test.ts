/**
 * Random histories of two guilds, two workspaces, direct messages and the web, in which everybody asks for everything
 * whose id, bytes or file name exist: no word, name or picture of one place goes to another.
 */
import { afterEach, expect, test } from 'vitest'
import { type Sent, Traffic } from '../../fakes/traffic.ts'
import { seededRandom } from '../../helpers/random/seeded-random.ts'
import { furnished } from './furnished.ts'
import type { Home, Spot, Target } from './spots.ts'
import type { Stage } from './stage.ts'

const rounds = 40

/** Something of one place: a prompt, or a picture's bytes. */
interface Secret {
  what: string | Uint8Array
  home: Home
  ownerId: string
  /** Conversations in which it may be seen besides. */
  saidIn?: readonly string[]
}

let stage: Stage
const readOnWeb: Buffer[] = []
afterEach(() => stage.dispose())

/** Whether whoever sees what was sent there may see the secret. */
function maySee(platform: Home['platform'], sent: Sent, { home, ownerId, saidIn = [] }: Secret): boolean {
  if (sent.personId === ownerId) return true
  if (saidIn.includes(sent.conversationId ?? '') || saidIn.includes(sent.parentId ?? '')) return true
  if (home.platform !== platform || sent.spaceId !== home.spaceId) return false
  // An upload that is shown nowhere yet is the bot's alone.
  if (home.isPublic || (sent.conversationId === undefined && sent.personId === undefined)) return true
  return sent.conversationId === home.conversationId || sent.parentId === home.conversationId
}

/** What was looked through already. */
const looked = { discord: 0, slack: 0, web: 0 }

/** Where a secret went that it must not go, since the last look. */
function leaks(secrets: readonly Secret[]): string[] {
  const sent = { discord: recent('discord'), slack: recent('slack') }
  const onWeb = Buffer.concat(readOnWeb.slice(looked.web))
  looked.web = readOnWeb.length
  return secrets.flatMap(secret => {
    const label = typeof secret.what === 'string' ? secret.what : `a picture of ${secret.ownerId}`
    const elsewhere = (['discord', 'slack'] as const).flatMap(platform =>
      sent[platform]
        .holding(secret.what)
        .filter(each => !maySee(platform, each, secret))
        .map(({ call, conversationId }) => `${label} → ${platform} ${call} ${conversationId}`),
    )
    const isOnWeb = secret.home.platform !== 'web' && onWeb.includes(Buffer.from(secret.what))
    return isOnWeb ? [...elsewhere, `${label} → web`] : elsewhere
  })
}

function recent(platform: 'discord' | 'slack'): Traffic {
  const { sent } = stage[platform].traffic
  const traffic = new Traffic()
  traffic.sent.push(...sent.slice(looked[platform]))
  looked[platform] = sent.length
  return traffic
}

test('no byte of a prompt, a name or a picture of one place goes to another', {
  timeout: 240_000,
}, async () => {
  const random = seededRandom('privacy')
  const there = await furnished(bytes => readOnWeb.push(bytes))
  stage = there.stage
  const { spots } = there
  const names = spots
    .filter(({ personName, home }) => personName !== '' && personName !== 'Ada' && home.isPublic)
    .map(
      ({ personName: what, home, personId: ownerId }): Secret => ({
        what,
        home,
        ownerId,
        // What somebody asks for bears their name wherever they ask for it.
        saidIn: spots.flatMap(spot => (spot.personId === ownerId ? [spot.home.conversationId] : [])),
      }),
    )
  const secrets: Secret[] = []
  const targets: { target: Target; from: Spot }[] = []
  let sightings = 0

  for (const from of spots) {
    const prompt = `a secret number ${secrets.length} of ${from.name}`
    await stage.passing(from.paints(prompt))
    await stage.calm()
    const target = await stage.targetOf(prompt)
    for (const what of [prompt, target.bytes]) secrets.push({ what, home: from.home, ownerId: from.personId })
    targets.push({ target, from })
  }
  expect(leaks([...secrets, ...names]), 'painting').toEqual([])
  for (let round = 0; round < rounds; round++) {
    const spot = random.pick(spots)
    const { target, from } = random.pick(targets)
    // What belongs to those who act may move by their act.
    if (from.personId === spot.personId && from !== spot) continue
    const way = random.pick(Object.keys(spot.asks))
    const waits = random.next() < 0.3 ? random.pick(spots) : undefined
    if (waits) {
      // Something waits meanwhile, for the queue to tell of.
      stage.test.workers.mode = 'by-hand'
      const prompt = `a waiting secret ${round} of ${waits.name}`
      secrets.push({ what: prompt, home: waits.home, ownerId: waits.personId })
      await stage.passing(waits.paints(prompt))
      await stage.until(() => stage.test.workers.underway.length > 0)
    }
    const asked = spot.asks[way]?.(target)
    if (asked) await stage.passing(asked)
    await stage.answered()
    if (waits) {
      stage.test.workers.mode = 'at-once'
      for (const run of stage.test.workers.underway) run.finish()
    }
    await stage.calm()
    expect(leaks([...secrets, ...names]), `${spot.name}: ${way} of ${from.name}`).toEqual([])
    sightings += 1
  }
  expect(sightings).toBeGreaterThan(rounds / 2)
  // The search itself works: each secret reached its own place.
  for (const { what, home } of secrets.filter(({ what }) => typeof what === 'string'))
    if (home.platform !== 'web') expect(stage[home.platform].traffic.holding(what).length).toBeGreaterThan(0)
})
