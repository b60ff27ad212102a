/**
 * Random histories of two guilds, two workspaces, direct messages and the web, in which everybody asks for everything
 * whose id, bytes or file name exist: no word, name or picture of one place goes to another.
 */
import { afterEach, expect, test } from 'vitest'
import { type Sent, Traffic } from '../../fakes/traffic.ts'
import { seededRandom } from '../../helpers/random/seeded-random.ts'
import { discordSpot, type Home, type Spot, slackSpot, type Target, webSpot } from './spots.ts'
import { Stage } from './stage.ts'

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

/** People are known by their names in one place alone, but for Ada, who is in both guilds. */
async function furnished(): Promise<Spot[]> {
  const spots: Spot[] = []
  const installs: (() => Promise<void>)[] = []
  stage = await Stage.start(furnished => {
    const { discord, slack } = furnished
    const [ada, ben, cyd, dee] = ['Ada', 'Benedict', 'Cydney', 'Deedee'].map(name => discord.person(name))
    if (!ada || !ben || !cyd || !dee) throw new Error('nobody is there')
    const first = discord.guild('First', { members: [ada.user, ben.user] })
    const second = discord.guild('Second', { members: [ada.user, cyd.user] })
    const foreign = discord.guild('Foreign', { botIsMember: false, members: [ben.user, dee.user] })
    const [open, closed, other, lounge] = [
      discord.channel('open', first),
      discord.channel('closed', first),
      discord.channel('other', second),
      discord.channel('lounge', foreign),
    ]
    discord.world.overwrite(closed, 'everyone', { deny: ['ViewChannel'] })
    for (const member of [ada.user, discord.world.bot])
      discord.world.overwrite(closed, member, { allow: ['ViewChannel'] })
    discord.world.grant(cyd.user, second, 'ManageGuild', 'ManageMessages')
    const whispered = discord.thread('whispered', open, { members: [ada] })
    whispered.members.push(discord.world.bot)
    spots.push(
      discordSpot(furnished, 'Ada in the open channel', ada, open, true),
      discordSpot(furnished, 'Ben in the open channel', ben, open, true),
      discordSpot(furnished, 'Ada in the closed channel', ada, closed, false),
      discordSpot(furnished, 'Ada in the private thread', ada, whispered, false),
      discordSpot(furnished, 'Ada in the other guild', ada, other, true),
      discordSpot(furnished, 'Cydney, an admin of the other guild', cyd, other, true),
      discordSpot(furnished, 'Ben in direct messages', ben, discord.world.directChannel(ben.user), false),
      discordSpot(furnished, 'Deedee by user install', dee, lounge, false),
      discordSpot(furnished, 'Ben by user install', ben, lounge, false),
    )
    for (const name of ['acme', 'umbrella']) {
      const team = slack.addTeam(name)
      const person = slack.addPerson(team, `Una-${name}`)
      const admin = slack.addPerson(team, `Vera-${name}`, { admin: true })
      const channel = slack.addChannel(team, `${name}-art`)
      const hidden = slack.addChannel(team, `${name}-hidden`, { members: [person] })
      installs.push(() => furnished.install(team, admin))
      spots.push(
        slackSpot(furnished, `Una in ${name}`, person, channel, true),
        slackSpot(furnished, `Una in hidden ${name}`, person, hidden, false),
        slackSpot(furnished, `Una in direct messages of ${name}`, person, person.direct, false),
        slackSpot(furnished, `Vera, an admin of ${name}`, admin, channel, true),
      )
    }
    for (const name of ['a browser', 'another browser'])
      spots.push(webSpot(furnished, name, bytes => readOnWeb.push(bytes)))
  })
  for (const install of installs) await install()
  return spots
}

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

/** The newest job, as those name it who have heard of it. */
async function targetOf(prompt: string): Promise<Target> {
  const row = stage.test.built.db.client.sqlite
    .prepare(
      'SELECT jobs.id AS jobId, pictures.id AS pictureId, hash FROM jobs JOIN pictures ON job_id = jobs.id WHERE prompt_as_typed = ?',
    )
    .get(prompt)
  if (typeof row !== 'object' || row === null) throw new Error(`${prompt} was not painted`)
  const { jobId, pictureId, hash } = row as { jobId: string; pictureId: string; hash: string }
  const bytes = await stage.test.bytesOf(pictureId)
  if (bytes === undefined) throw new Error(`${prompt} has no bytes`)
  return { jobId, pictureId, bytes, fileName: `easel-${hash.slice(0, 16)}.png` }
}

test('no byte of a prompt, a name or a picture of one place goes to another', {
  timeout: 240_000,
}, async () => {
  const random = seededRandom('privacy')
  const spots = await furnished()
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
    const target = await targetOf(prompt)
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
