/** One Easel behind all three adapters: two guilds and one that did not install it, two workspaces, the web chat. */
import { DiscordAdapter } from '../../../src/bots/discord/discord-adapter.ts'
import { SlackAdapter } from '../../../src/bots/slack/slack-adapter.ts'
import { WebAdapter } from '../../../src/bots/web/web-adapter.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { choices } from '../../bots/discord/start-discord.ts'
import { memoryStorage } from '../../bots/slack/start-slack.ts'
import { FakeDiscord } from '../../fakes/discord/fake-discord.ts'
import { realClock } from '../../fakes/real-clock.ts'
import { FakeSlack } from '../../fakes/slack/fake-slack.ts'
import type { Person as SlackPerson } from '../../fakes/slack/person.ts'
import type { Team } from '../../fakes/slack/world.ts'
import { TestEasel } from '../../helpers/build-test-easel.ts'
import { stopAdapter } from '../../helpers/stop-adapter.ts'
import type { Target } from './spots.ts'

/** The two platforms, empty until somebody furnishes them. */
interface Fakes {
  discord: FakeDiscord
  slack: FakeSlack
}

export class Stage {
  readonly test: TestEasel
  readonly discord: FakeDiscord
  readonly slack: FakeSlack
  readonly #adapters: { discord: DiscordAdapter; slack: SlackAdapter; web: WebAdapter }

  /** `furnish` makes what must be there before the adapters start. */
  static async start(furnish: (stage: Stage) => void): Promise<Stage> {
    const test = new TestEasel({ couriers: [] })
    const discord = new FakeDiscord({ clock: test.clock, realClock })
    const slack = new FakeSlack(test.clock)
    await discord.start()
    await slack.start()
    slack.faults.acceptsUnsharedFiles = true
    const stage = new Stage(test, { discord, slack })
    furnish(stage)
    await test.start()
    for (const adapter of Object.values(stage.#adapters)) await adapter.start()
    return stage
  }

  private constructor(test: TestEasel, { discord, slack }: Fakes) {
    this.test = test
    this.discord = discord
    this.slack = slack
    const defaults = loadConfig(packageRoot, test.dataDir)
    const config = {
      ...defaults,
      slack: { ...defaults.slack, apiUrl: slack.apiUrl, port: 0 },
      discord: { ...defaults.discord, apiUrl: discord.apiUrl },
      web: { ...defaults.web, port: 0 },
    }
    const secrets = {
      discordToken: discord.token,
      slackAppToken: slack.appToken,
      slackSigningSecret: slack.signingSecret,
      slackClientId: slack.oauth.clientId,
      slackClientSecret: slack.oauth.clientSecret,
      slackStateSecret: 'state-secret-of-the-test',
      encryptionKey: Buffer.alloc(32, 7).toString('hex'),
    }
    const parts = { easel: test.easel, clock: test.clock, ids: test.ids, log: test.log, config, secrets }
    this.#adapters = {
      discord: new DiscordAdapter(parts, discord.token, choices),
      slack: new SlackAdapter(parts, memoryStorage()),
      web: new WebAdapter(parts),
    }
    for (const adapter of Object.values(this.#adapters)) test.built.register(adapter.courier)
  }

  get webUrl(): string {
    return this.#adapters.web.url ?? ''
  }

  /** The workspace installs the app, as a browser does. */
  async install(team: Team, { id }: SlackPerson): Promise<void> {
    const { url } = this.#adapters.slack
    const page = await fetch(`${url}/slack/install`)
    const state = /[?&;]state=([^&"]+)/.exec(await page.text())?.[1] ?? ''
    const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? ''
    const query = new URLSearchParams({ code: this.slack.oauth.consent(team, id), state })
    const { status } = await fetch(`${url}/slack/oauth_redirect?${query}`, { headers: { cookie } })
    if (status !== 200) throw new Error(`the app was not installed: ${status}`)
  }

  /** Resolves when all that was done is answered, painted and shown. */
  async calm(): Promise<void> {
    for (;;) {
      await this.answered()
      const { isIdle } = this.test
      if (isIdle && this.test.pending.length === 0) return
      await new Promise<void>(resolve => realClock.after(1, resolve))
      this.test.clock.advance(isIdle ? 250 : 10)
    }
  }

  /** Resolves when that holds. Time passes: a device that was taken for silent rests on the fake clock. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>(resolve => realClock.after(1, resolve))
      this.test.clock.advance(10)
    }
  }

  /** Resolves when the adapters are done with what came in. */
  async answered(): Promise<void> {
    await this.passing(this.#idle())
  }

  /** Time passes until that is done: rate limits, connections to be opened again and time limits are on the fake clock. */
  async passing<T>(work: Promise<T>): Promise<T> {
    let isOver = false
    void Promise.allSettled([work]).then(() => {
      isOver = true
    })
    while (!isOver) {
      await new Promise<void>(resolve => realClock.after(1, resolve))
      if (!isOver) this.test.clock.advance(10)
    }
    return work
  }

  async #idle(): Promise<void> {
    await this.#adapters.discord.idle()
    await this.#adapters.slack.idle()
    await this.test.built.delivered()
  }

  /** The newest job, as those name it who have heard of it. */
  async targetOf(prompt: string): Promise<Target> {
    const row = this.test.built.db.client.sqlite
      .prepare(
        'SELECT jobs.id AS jobId, pictures.id AS pictureId, hash FROM jobs JOIN pictures ON job_id = jobs.id WHERE prompt_as_typed = ?',
      )
      .get(prompt)
    if (typeof row !== 'object' || row === null) throw new Error(`${prompt} was not painted`)
    const { jobId, pictureId, hash } = row as { jobId: string; pictureId: string; hash: string }
    const bytes = await this.test.bytesOf(pictureId)
    if (bytes === undefined) throw new Error(`${prompt} has no bytes`)
    return { jobId, pictureId, bytes, fileName: `easel-${hash.slice(0, 16)}.png` }
  }

  async dispose(): Promise<void> {
    for (const adapter of Object.values(this.#adapters)) await stopAdapter(adapter, this.test.clock)
    await this.test.dispose()
    await this.discord.stop()
    await this.slack.stop()
  }
}
