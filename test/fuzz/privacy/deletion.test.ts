/**
 * Random people ask for what they may see, in messages, in replies to one person and on pages; then its author has it
 * deleted. Nothing of it stands anywhere, but in the replies that the answer counts.
 */
import { afterEach, expect, test } from 'vitest'
import { seededRandom } from '../../helpers/random/seeded-random.ts'
import { furnished } from './furnished.ts'
import type { Spot, Target } from './spots.ts'
import type { Stage } from './stage.ts'

const rounds = 25
const tokenLifeMs = 15 * 60_000

let stage: Stage
afterEach(() => stage.dispose())

/** A prompt of one word, which no platform escapes or cuts. */
interface Painted {
  word: string
  target: Target
  from: Spot
}

/** Everything that stands: what everybody sees, and what one person alone sees. */
function standing(): { shared: string[]; alone: Record<'discord' | 'slack', string[]> } {
  const { discord, slack } = stage
  const messages = [...discord.world.messages.values()].filter(({ deleted }) => !deleted)
  const posts = slack.world.posts.filter(({ deleted }) => !deleted)
  const files = [...slack.world.files.values()].filter(({ state }) => state !== 'deleted')
  return {
    shared: [
      ...messages.filter(({ ephemeralTo }) => !ephemeralTo).map(message => discord.seen(message)),
      ...[...discord.world.channels.values()].map(({ name }) => name),
      ...posts.filter(({ onlyFor }) => onlyFor === undefined).map(post => JSON.stringify(post)),
      ...files.flatMap(({ title, altText, name }) => [title, altText, name]),
      ...[...slack.world.homes.values()].map(view => slack.viewText(view)),
    ],
    alone: {
      discord: messages.filter(({ ephemeralTo }) => ephemeralTo).map(message => discord.seen(message)),
      slack: posts.filter(({ onlyFor }) => onlyFor !== undefined).map(post => JSON.stringify(post)),
    },
  }
}

/** The boxes of a browser that show one of the words, without the name of its job: the page's script would leave them. */
function unnamedBoxes(bytes: Buffer, painted: readonly Painted[]): string[] {
  const html = bytes.toString().replaceAll('\\"', '"')
  const boxes = [...html.matchAll(/<section data-jobs="([^"]*)">(.*?)<\/section>/gs)]
  return boxes.flatMap(([, jobIds = '', shown = '']) =>
    painted
      .filter(({ word, target }) => shown.includes(word) && !jobIds.split(' ').includes(target.jobId))
      .map(({ word }) => word),
  )
}

test('nothing of what was deleted stands in any place, but in the replies that are named', {
  timeout: 240_000,
}, async () => {
  const random = seededRandom('deletion')
  const onWeb: Buffer[] = []
  const there = await furnished(bytes => onWeb.push(bytes))
  stage = there.stage
  const { spots } = there
  const painted: Painted[] = []
  for (const [i, from] of spots.entries()) {
    const word = `secret${String.fromCharCode(97 + i)}z`
    await stage.passing(from.paints(word))
    await stage.calm()
    painted.push({ word, target: await stage.targetOf(word), from })
  }
  const beganMs = stage.test.clock.now()
  for (let round = 0; round < rounds; round++) {
    // Most ask where it was made, where they may see it.
    const { target, from } = random.pick(painted)
    const near = spots.filter(({ home }) => home.spaceId === from.home.spaceId)
    const spot = random.pick(random.next() < 0.8 ? near : spots)
    const way = random.pick(Object.keys(spot.asks).filter(name => !/^(buttons|source)/.test(name)))
    const isDirect = random.next() < 0.3
    const ends = isDirect
      ? [
          stage.slack.faults.failAlways('respond', 'used_url'),
          stage.slack.faults.failAlways('chat.postEphemeral', 'user_not_in_channel'),
        ]
      : []
    const asked = spot.asks[way]?.(target)
    if (asked) await stage.passing(asked)
    await stage.answered()
    for (const end of ends) end()
    await stage.calm()
  }
  expect(onWeb.flatMap(bytes => unnamedBoxes(bytes, painted))).toEqual([])

  const authors = new Map(painted.map(({ from }) => [from.personId, from]))
  for (const from of authors.values()) {
    const { platform } = from.home
    const words = painted.filter(other => other.from.personId === from.personId).map(({ word }) => word)
    const holds = (text: string) => words.some(word => text.includes(word))
    // The search itself works.
    if (platform !== 'web') expect(standing().shared.some(holds), from.name).toBe(true)
    const answer = await stage.passing(from.forgets())
    const after = standing()
    expect(after.shared.filter(holds), from.name).toEqual([])
    // Which replies Discord's tokens still reach is known well before the first of them expires.
    const isClear = platform === 'slack' || stage.test.clock.now() - beganMs < tokenLifeMs / 2
    if (platform === 'web' || !isClear) continue
    const left = after.alone[platform].filter(holds).length
    const named = Number(/(\d+) repl(?:y|ies) that only/.exec(answer)?.[1] ?? 0)
    expect(named, `${from.name}: ${answer}`).toBeGreaterThanOrEqual(left)
  }
})
