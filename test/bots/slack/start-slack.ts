/** A fake Slack with a workspace in it, adapters that speak to it, and a whole Easel behind them. */
import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Easel } from '../../../src/app/easel.ts'
import type { JobView } from '../../../src/app/views/views.ts'
import type { SealedDocuments } from '../../../src/bots/adapter.ts'
import { SlackAdapter } from '../../../src/bots/slack/slack-adapter.ts'
import { type Config, loadConfig } from '../../../src/config/config.ts'
import type { Secrets } from '../../../src/config/secrets.ts'
import type { Clock, Ids, Logger } from '../../../src/system/ports.ts'
import type { FakeClock } from '../../fakes/fake-clock.ts'
import { realClock } from '../../fakes/real-clock.ts'
import { FakeSlack } from '../../fakes/slack/fake-slack.ts'
import type { Person } from '../../fakes/slack/person.ts'
import { readPost } from '../../fakes/slack/reading.ts'
import type { Channel, Post, Team } from '../../fakes/slack/world.ts'
import { TestEasel, type TestEaselOptions } from '../../helpers/build-test-easel.ts'
import { stopAdapter } from '../../helpers/stop-adapter.ts'

export interface Scene {
  slack: FakeSlack
  team: Team
  channel: Channel
  ada: Person
  bob: Person
  /** An admin of the workspace. */
  eve: Person
}

export async function scene(clock: FakeClock): Promise<Scene> {
  const slack = new FakeSlack(clock)
  await slack.start()
  const team = slack.addTeam('acme')
  const ada = slack.addPerson(team, 'Ada')
  const bob = slack.addPerson(team, 'Bob')
  const eve = slack.addPerson(team, 'Eve', { admin: true })
  const channel = slack.addChannel(team, 'art')
  return { slack, team, channel, ada, bob, eve }
}

export interface Outside {
  easel: Easel
  clock: Clock
  ids: Ids
  log: Logger
}

const packageRoot = resolve(import.meta.dirname, '../../..')

export function slackConfig(slack: FakeSlack, changes: Partial<Config['slack']> = {}): Config {
  const config = loadConfig(packageRoot, packageRoot)
  return { ...config, slack: { ...config.slack, apiUrl: slack.apiUrl, port: 0, ...changes } }
}

export function slackSecrets({ slack, team }: Pick<Scene, 'slack' | 'team'>): Secrets {
  return {
    slackBotToken: team.botToken,
    slackAppToken: slack.appToken,
    slackSigningSecret: slack.signingSecret,
  }
}

/** Keeps sealed documents in memory. */
export function memoryStorage(): SealedDocuments & { rows: Map<string, Uint8Array> } {
  const rows = new Map<string, Uint8Array>()
  return {
    rows,
    async save(id, sealed) {
      rows.set(id, sealed)
    },
    find: id => rows.get(id),
    ids: () => [...rows.keys()],
    async remove(id) {
      rows.delete(id)
    },
  }
}

/** An adapter over Socket Mode, started. */
export async function startAdapter(scene: Scene, outside: Outside): Promise<SlackAdapter> {
  const adapter = new SlackAdapter(
    { ...outside, config: slackConfig(scene.slack), secrets: slackSecrets(scene) },
    memoryStorage(),
  )
  await adapter.start()
  return adapter
}

/** The whole of Easel but the engine, behind a real adapter, in front of a fake Slack. */
export class SlackTest {
  readonly test: TestEasel
  readonly scene: Scene
  readonly options: SlackTestOptions
  adapter: SlackAdapter

  private constructor(test: TestEasel, stage: Scene, options: SlackTestOptions) {
    this.test = test
    this.scene = stage
    this.options = options
    this.adapter = this.#build()
  }

  static async start(options: SlackTestOptions = {}): Promise<SlackTest> {
    const test = new TestEasel({ couriers: [], ...options.easel })
    const stage = await scene(test.clock)
    stage.slack.faults.acceptsUnsharedFiles = options.acceptsUnsharedFiles ?? true
    const t = new SlackTest(test, stage, options)
    await t.test.start()
    await t.#listen()
    return t
  }

  get slack(): FakeSlack {
    return this.scene.slack
  }

  get clock(): FakeClock {
    return this.test.clock
  }

  /** Resolves when everything that was asked for is painted and shown; lets time pass where Slack wants that. */
  calm(stepMs = 250): Promise<void> {
    return this.passing(() => this.test.isIdle && this.test.pending.length === 0, stepMs)
  }

  /** Lets time pass until that is so and nothing is being dealt with. */
  async passing(holds: () => boolean, stepMs = 50): Promise<void> {
    for (;;) {
      await this.over(this.adapter.idle(), stepMs)
      await this.over(this.test.built.delivered(), stepMs)
      if (holds()) return
      await setImmediate()
      // Pictures are written to the disk in the machine's own time: until then the fake time hardly moves.
      if (!this.test.isIdle) await new Promise<void>(resolve => realClock.after(1, resolve))
      this.clock.advance(this.test.isIdle ? stepMs : stepMs / 25)
    }
  }

  /** What is under way may wait for time to pass: it does whenever the loop has turned often without an end. */
  async over(work: Promise<unknown>, stepMs = 50): Promise<void> {
    let isOver = false
    const over = work.then(() => {
      isOver = true
    })
    for (let turns = 1; !isOver; turns++) {
      await setImmediate()
      if (turns % 200 !== 0) continue
      // Files and connections take the machine's own time, more of it on a busy one.
      await new Promise<void>(resolve => realClock.after(1, resolve))
      this.clock.advance(stepMs)
    }
    await over
  }

  /** The process ends, politely or not, and another one starts over the same data folder. */
  async restart(how: 'stop' | 'crash' = 'stop'): Promise<void> {
    await stopAdapter(this.adapter, this.clock)
    if (how === 'stop') await this.test.built.stop(0)
    else this.test.crash()
    this.test.rebuild()
    this.adapter = this.#build()
    await this.test.start()
    await this.#listen()
  }

  async dispose(): Promise<void> {
    await stopAdapter(this.adapter, this.clock)
    await this.test.dispose()
    await this.slack.stop()
  }

  /** The channel's latest jobs, oldest first. */
  jobs(count = 100): JobView[] {
    const { team, channel } = this.scene
    return this.test.jobsIn({ platform: 'slack', spaceId: team.id, channelId: channel.id }, count)
  }

  /** Top messages of the channel, oldest first. */
  cards(channelId = this.scene.channel.id): Post[] {
    return this.slack.posts(channelId).filter(post => post.onlyFor === undefined)
  }

  /** Replies under a message that everybody sees, oldest first. */
  thread(card: Post): Post[] {
    return this.slack.posts(card.channelId, card.ts).filter(post => post.onlyFor === undefined)
  }

  /** What a message says. */
  text(post: Post): string {
    return readPost(this.slack.world, post).lines.join('\n')
  }

  /** The messages that one leads to. */
  linkedFrom(post: Post): string[] {
    const { world } = this.slack
    return readPost(world, post).links.flatMap(link => world.permalinks.get(link)?.ts ?? [])
  }

  /** What was said to somebody alone, latest last. */
  told(person: Person): string[] {
    return this.slack.ephemeralMessages(person).map(post => this.text(post))
  }

  /** The last message to somebody alone. */
  lastTold(person = this.scene.ada): string {
    return this.told(person).at(-1) ?? ''
  }

  /** The channel, as a person's commands name it. */
  get here(): { channelId: string } {
    return { channelId: this.scene.channel.id }
  }

  /** Ada asks for a picture in the channel, and gets it. */
  async imagine(text: string): Promise<void> {
    await this.scene.ada.types('/imagine', text, this.here)
    await this.calm()
  }

  #build(): SlackAdapter {
    const { options, test, scene: stage } = this
    const parts = {
      easel: test.easel,
      clock: test.clock,
      ids: test.ids,
      log: test.log,
      config: slackConfig(stage.slack, options.slack),
      secrets: { ...slackSecrets(stage), ...options.secrets?.(stage.slack) },
    }
    const adapter = new SlackAdapter(parts, options.storage ?? memoryStorage())
    test.built.register(adapter.courier)
    return adapter
  }

  async #listen(): Promise<void> {
    await this.adapter.start()
    if (this.options.slack?.transport === 'http') this.slack.useHttp(`${this.adapter.url}/slack/events`)
  }
}

export interface SlackTestOptions {
  easel?: TestEaselOptions
  acceptsUnsharedFiles?: boolean
  slack?: Partial<Config['slack']>
  /** What differs from the secrets of a single workspace. */
  secrets?: (slack: FakeSlack) => Partial<Secrets>
  storage?: SealedDocuments
}

export function lastOf(posts: readonly Post[]): Post {
  const post = posts.at(-1)
  if (post === undefined) throw new Error('there is no message')
  return post
}
