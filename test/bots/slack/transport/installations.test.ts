/** Several workspaces through OAuth, stored in the database and sealed there. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SealedDocuments } from '../../../../src/bots/adapter.ts'
import type { Person } from '../../../fakes/slack/person.ts'
import type { Channel, Team } from '../../../fakes/slack/world.ts'
import { SlackTest } from '../start-slack.ts'

const key = Buffer.alloc(32, 7).toString('base64')

let t: SlackTest
beforeEach(async () => {
  t = await start()
})
afterEach(() => t.dispose())

/** No token in the environment: whoever wants Easel installs it. */
async function start(): Promise<SlackTest> {
  let test: SlackTest | undefined
  const installations = () => {
    if (test === undefined) throw new Error('not started')
    return test.test.built.db
  }
  const storage: SealedDocuments = {
    save: (id, sealed) => installations().write(() => installations().installations.put(id, sealed, 0)),
    find: id => installations().installations.get(id),
    remove: id => installations().write(() => installations().installations.remove(id)),
    ids: () => test?.test.built.db.installations.ids() ?? [],
  }
  test = await SlackTest.start({
    storage,
    secrets: slack => ({
      slackBotToken: undefined,
      slackClientId: slack.oauth.clientId,
      slackClientSecret: slack.oauth.clientSecret,
      slackStateSecret: 'state-secret-of-the-test',
      encryptionKey: key,
    }),
  })
  return test
}

interface Visit {
  state: string
  cookie: string
}

/** What a browser does: opens the page, and keeps the cookie that it sets. */
async function opensInstallPage(): Promise<Visit> {
  const page = await fetch(`${t.adapter.url}/slack/install`)
  const state = /[?&;]state=([^&"]+)/.exec(await page.text())?.[1] ?? ''
  const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? ''
  return { state, cookie }
}

async function comesBack(code: string, { state, cookie }: Visit): Promise<number> {
  const query = new URLSearchParams({ code, ...(state === '' ? {} : { state }) })
  const url = `${t.adapter.url}/slack/oauth_redirect?${query}`
  return (await fetch(url, { headers: { cookie } })).status
}

async function installs(team: Team, person: Person, options: { orgWide?: boolean } = {}): Promise<number> {
  return comesBack(t.slack.oauth.consent(team, person.id, options), await opensInstallPage())
}

async function paints(person: Person, channel: Channel): Promise<number> {
  const before = t.cards(channel.id).length
  await person.types('/imagine', 'a red circle', { channelId: channel.id })
  await t.calm()
  return t.cards(channel.id).length - before
}

function another(name: string, enterpriseId?: string): { team: Team; person: Person; channel: Channel } {
  const team = t.slack.addTeam(name, enterpriseId === undefined ? {} : { enterpriseId })
  const person = t.slack.addPerson(team, `${name}-ada`)
  return { team, person, channel: t.slack.addChannel(team, `${name}-art`) }
}

function everyByte(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => join(folder, name))
  return Buffer.concat(files.filter(file => statSync(file).isFile()).map(file => readFileSync(file)))
}

function unseen(): never {
  throw new Error('there is no such message')
}

describe('installing through OAuth', () => {
  it('replies only after the installation, in each workspace with its own token', async () => {
    const { ada, team, channel } = t.scene
    expect(await paints(ada, channel)).toBe(0)
    expect(await installs(team, ada)).toBe(200)
    const other = another('umbrella')
    expect(await paints(other.person, other.channel)).toBe(0)
    expect(await installs(other.team, other.person)).toBe(200)

    expect(await paints(ada, channel)).toBe(1)
    expect(await paints(other.person, other.channel)).toBe(1)
    await t.restart()
    expect(await paints(other.person, other.channel)).toBe(1)
    const posted = t.slack.api.calls.filter(call => call.method === 'chat.postMessage')
    expect(new Set(posted.map(call => call.teamId))).toEqual(new Set([team.id, other.team.id]))
    expect(posted.filter(call => call.error !== undefined)).toEqual([])
  })

  it('keeps no token in the clear, nor the secrets that guard it', async () => {
    const { ada, team, channel } = t.scene
    await installs(team, ada)
    await paints(ada, channel)
    const stored = everyByte(t.test.dataDir)
    expect(stored.includes(team.id)).toBe(true)
    for (const secret of [team.botToken, key, t.slack.oauth.clientSecret, 'state-secret-of-the-test'])
      expect(stored.includes(secret), secret).toBe(false)
    expect(JSON.stringify(t.test.log.lines)).not.toContain(team.botToken)
  })

  it('stores nothing for a visit that did not begin on our page', async () => {
    const { ada, team } = t.scene
    const mine = await opensInstallPage()
    const theirs = await opensInstallPage()
    const code = () => t.slack.oauth.consent(team, ada.id)
    expect(await comesBack(code(), { state: '', cookie: mine.cookie })).toBe(400)
    expect(await comesBack(code(), { state: mine.state, cookie: '' })).toBe(400)
    expect(await comesBack(code(), { state: mine.state, cookie: theirs.cookie })).toBe(400)
    expect(await comesBack(code(), { ...mine, state: `${mine.state}x` })).toBe(400)
    expect(await comesBack('no-such-code', await opensInstallPage())).toBe(500)
    expect(t.test.built.db.installations.ids()).toEqual([])
  })

  it.each([
    ['cancelled', { error: 'access_denied' }, 200],
    ['out of date', { code: 'old', state: 'of-another-visit' }, 400],
  ])('says in a sentence what became of a visit that was %s', async (words, query, status) => {
    const url = `${t.adapter.url}/slack/oauth_redirect?${new URLSearchParams(query)}`
    const page = await fetch(url)
    expect(page.status).toBe(status)
    expect(await page.text()).toContain(words)
  })

  it('serves a whole organisation by the one installation that it has', async () => {
    const org = another('grid', 'E00000042')
    expect(await installs(org.team, org.person, { orgWide: true })).toBe(200)
    expect(t.test.built.db.installations.ids()).toEqual(['E00000042'])
    expect(await paints(org.person, org.channel)).toBe(1)
    await org.person.mentions('a blue square', { channelId: org.channel.id })
    await t.restart()
    await t.calm()
    expect(t.cards(org.channel.id)).toHaveLength(2)
    await org.person.opensHome()
    expect(org.person.home).toBeDefined()

    await t.slack.uninstall(org.team)
    await t.adapter.idle()
    expect(t.test.built.db.installations.ids()).toEqual([])
  })

  it('takes a workspace of an organisation by its own installation first', async () => {
    const org = another('grid', 'E00000042')
    await installs(org.team, org.person)
    expect(t.test.built.db.installations.ids()).toEqual([org.team.id])
    expect(await paints(org.person, org.channel)).toBe(1)
  })
})

describe('removing the app', () => {
  it('forgets the workspace, leaves the others, and takes it back when it returns', async () => {
    const { ada, team, channel } = t.scene
    const other = another('umbrella')
    await installs(team, ada)
    await installs(other.team, other.person)
    await t.slack.uninstall(team)
    await t.adapter.idle()
    expect(t.test.built.db.installations.ids()).toEqual([other.team.id])
    expect(await paints(ada, channel)).toBe(0)
    expect(await paints(other.person, other.channel)).toBe(1)
    expect(t.test.log.faults).toEqual([])

    await installs(team, ada)
    expect(await paints(ada, channel)).toBe(1)
  })

  it('is reported to people there: for a command, a button and a form, which stays open', async () => {
    const { ada, team, channel } = t.scene
    await installs(team, ada)
    await paints(ada, channel)
    const [result] = t.thread(t.cards(channel.id)[0] ?? unseen())
    await ada.types('/imagine', '', { channelId: channel.id })
    await t.slack.uninstall(team)
    await t.adapter.idle()
    const sentence = 'I was removed from this workspace'
    await ada.types('/easel', 'queue', { channelId: channel.id })
    expect(t.told(ada)).toEqual([expect.stringContaining(sentence)])
    await ada.presses(result ?? unseen(), 'Info')
    await t.adapter.idle()
    expect(t.told(ada)).toEqual([expect.stringContaining(sentence), expect.stringContaining(sentence)])
    const answer = await ada.submits(ada.modal, { Prompt: 'a cat' })
    expect(answer).toMatchObject({ kind: 'errors' })
    expect(JSON.stringify(answer)).toContain(sentence)
  })

  it('with a late notice does not end a newer installation', async () => {
    const { ada, team, channel } = t.scene
    await installs(team, ada)
    const removal = t.slack.removeApp(team)
    t.clock.advance(60_000)
    await installs(team, ada)
    t.clock.advance(50 * 60_000)
    await removal.tell()
    await t.adapter.idle()
    expect(t.test.built.db.installations.ids()).toEqual([team.id])
    expect(await paints(ada, channel)).toBe(1)
    await t.slack.uninstall(team)
    await t.adapter.idle()
    expect(t.test.built.db.installations.ids()).toEqual([])
  })

  it('does not mind that people’s own tokens are revoked', async () => {
    const { ada, team, channel } = t.scene
    await installs(team, ada)
    await t.slack.event(team.id, { type: 'tokens_revoked', tokens: { oauth: [ada.id], bot: [] } })
    await t.adapter.idle()
    expect(await paints(ada, channel)).toBe(1)
  })

  it('is no trouble for what was still to be said there: it ends, and is not tried for ever', async () => {
    const { ada, team, channel } = t.scene
    await installs(team, ada)
    const { workers } = t.test
    workers.mode = 'by-hand'
    await ada.types('/imagine', 'a slow circle', { channelId: channel.id })
    const hasPlaceholder = () => t.cards().some(card => t.thread(card).length === 1)
    await t.test.until(() => workers.underway.length === 1 && hasPlaceholder())
    await t.test.built.delivered()
    await t.slack.uninstall(team)
    workers.current.step(20)
    workers.current.finish()
    await t.calm()
    expect(t.test.built.db.outbox.pending()).toEqual([])
  })
})

describe('a key that was changed', () => {
  it('opens nothing, says so to the operator, and lets the workspace install again', async () => {
    const { ada, team, channel } = t.scene
    await installs(team, ada)
    t.options.secrets = slack => ({
      slackBotToken: undefined,
      slackClientId: slack.oauth.clientId,
      slackClientSecret: slack.oauth.clientSecret,
      slackStateSecret: 'state-secret-of-the-test',
      encryptionKey: Buffer.alloc(32, 8).toString('hex'),
    })
    await t.restart()
    expect(await paints(ada, channel)).toBe(0)
    expect(t.told(ada)).toEqual([expect.stringContaining('I was removed from this workspace')])
    const [fault] = t.test.log.faults
    expect(fault).toMatchObject({ fields: { ids: [team.id] } })
    expect(fault?.message).toContain('EASEL_ENCRYPTION_KEY')
    await installs(team, ada)
    expect(await paints(ada, channel)).toBe(1)
  })
})
