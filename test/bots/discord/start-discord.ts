/** A fake Discord with a guild in it, adapters that speak to it, and a whole Easel behind them. */
import { resolve } from 'node:path'
import type { Easel } from '../../../src/app/easel.ts'
import type { Caller } from '../../../src/app/people/people.ts'
import { DiscordAdapter } from '../../../src/bots/discord/discord-adapter.ts'
import type { ClientChoices } from '../../../src/bots/discord/transport/client.ts'
import { type Config, loadConfig } from '../../../src/config/config.ts'
import type { Clock, Ids, Logger } from '../../../src/system/ports.ts'
import { FakeDiscord, type FakeDiscordOptions } from '../../fakes/discord/fake-discord.ts'
import type { Interaction } from '../../fakes/discord/interactions.ts'
import type { Person } from '../../fakes/discord/people.ts'
import { labelsOf } from '../../fakes/discord/rules/client-rules.ts'
import type { Channel, Guild, Message } from '../../fakes/discord/world.ts'
import type { FakeClock } from '../../fakes/fake-clock.ts'
import { realClock } from '../../fakes/real-clock.ts'
import { TestEasel, type TestEaselOptions } from '../../helpers/build-test-easel.ts'
import { stopAdapter } from '../../helpers/stop-adapter.ts'

export interface Scene {
  discord: FakeDiscord
  guild: Guild
  channel: Channel
  ada: Person
  bob: Person
  /** May manage the guild. */
  eve: Person
}

export async function scene(clock: FakeClock, options: Partial<FakeDiscordOptions> = {}): Promise<Scene> {
  const discord = new FakeDiscord({ clock, realClock, ...options })
  await discord.start()
  const guild = discord.guild('Painters')
  const channel = discord.channel('pictures', guild)
  const ada = discord.person('Ada')
  const bob = discord.person('Bob')
  const eve = discord.person('Eve')
  discord.world.grant(eve.user, guild, 'ManageGuild', 'ManageMessages')
  return { discord, guild, channel, ada, bob, eve }
}

const packageRoot = resolve(import.meta.dirname, '../../..')

/** The library's own pace, one identify in five seconds, would only make tests slow. */
export const choices: ClientChoices = {
  ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) },
}

export function discordConfig(discord: FakeDiscord, changes: Partial<Config['discord']> = {}): Config {
  const config = loadConfig(packageRoot, packageRoot)
  return { ...config, discord: { ...config.discord, apiUrl: discord.apiUrl, ...changes } }
}

export interface Outside {
  easel: Easel
  clock: Clock
  ids: Ids
  log: Logger
}

/** An adapter, started. */
export async function startAdapter({ discord }: Scene, outside: Outside): Promise<DiscordAdapter> {
  const secrets = { discordToken: discord.token }
  const adapter = new DiscordAdapter(
    { ...outside, config: discordConfig(discord), secrets },
    discord.token,
    choices,
  )
  await adapter.start()
  return adapter
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => realClock.after(ms, resolve))
}

export interface DiscordTestOptions {
  easel?: TestEaselOptions
  fake?: Partial<FakeDiscordOptions>
  discord?: Partial<Config['discord']>
  /** The guild of the scene wants its pictures covered. */
  spoilers?: boolean
}

/** The whole of Easel but the engine, behind a real adapter, in front of a fake Discord. */
export class DiscordTest {
  readonly test: TestEasel
  readonly scene: Scene
  readonly #options: DiscordTestOptions
  adapter: DiscordAdapter
  #events = 0

  private constructor(test: TestEasel, stage: Scene, options: DiscordTestOptions) {
    this.test = test
    this.scene = stage
    this.#options = options
    this.adapter = this.#build()
  }

  static async start(options: DiscordTestOptions = {}): Promise<DiscordTest> {
    const test = new TestEasel({ couriers: [], ...options.easel })
    const t = new DiscordTest(test, await scene(test.clock, options.fake), options)
    await t.test.start()
    await t.adapter.start()
    return t
  }

  get discord(): FakeDiscord {
    return this.scene.discord
  }

  get clock(): FakeClock {
    return this.test.clock
  }

  /** A person of the scene as app/ sees them, for tests that leave the commands out. */
  caller(person: Person, channel: Channel, changes: Caller['conversation']['details'] = {}): Caller {
    this.#events += 1
    const { user } = person
    const spaceId = channel.guild?.id ?? 'direct'
    const inThread = channel.parentId === undefined ? {} : { threadId: channel.id }
    const kind =
      channel.guild === undefined ? 'direct' : channel.parentId === undefined ? 'channel' : 'thread'
    const permissions = this.discord.world.botPermissions(channel).toString()
    return {
      person: { platform: 'discord', spaceId, userId: user.id, name: user.displayName },
      rights: { member: channel.guild !== undefined, moderator: false, admin: false },
      conversation: {
        platform: 'discord',
        spaceId,
        channelId: channel.parentId ?? channel.id,
        ...inThread,
        kind,
        audience: channel.guild === undefined ? 'channel' : 'space',
        details: { locale: user.locale, permissions, ...changes },
      },
      eventId: `event-${this.#events}`,
    }
  }

  /** Resolves when Discord has the first answer to all of them and what came of it is shown. */
  async answered(...interactions: Interaction[]): Promise<void> {
    for (const interaction of interactions)
      await this.discord.until('a first answer', () => interaction.answer !== undefined)
    await this.calm()
  }

  /** Resolves when everything that was asked for is painted and shown; lets time pass where Discord wants that. */
  async calm(stepMs = 250): Promise<void> {
    await this.passing(() => this.isCalm, stepMs)
    await this.test.built.delivered()
  }

  /** Nothing waits, is painted or has yet to be shown. */
  get isCalm(): boolean {
    const { isIdle, pending } = this.test
    return isIdle && pending.length === 0
  }

  /** The engine's workers, which paint as the test says from now on. */
  workersByHand() {
    this.test.workers.mode = 'by-hand'
    return this.test.workers
  }

  /** Resolves when a picture is being painted and what came before it is shown. */
  async underway(): Promise<void> {
    const { workers, built } = this.test
    await this.passing(() => workers.underway.length > 0 && built.db.outbox.pending().length === 0)
  }

  /** Lets time pass until that is so. */
  async passing(holds: () => boolean, stepMs = 250): Promise<void> {
    for (;;) {
      let isIdle = false
      const idle = this.adapter.idle().then(() => {
        isIdle = true
      })
      // Rate limits are waited for in the machine's own time.
      await Promise.race([idle, pause(20)])
      await this.test.built.delivered()
      if (isIdle && holds()) return
      await pause(2)
      this.clock.advance(stepMs)
    }
  }

  /** The process ends, politely or not, and another one starts over the same data folder. */
  async restart(how: 'stop' | 'crash' = 'stop'): Promise<void> {
    await stopAdapter(this.adapter, this.clock)
    if (how === 'stop') await this.test.built.stop(0)
    else this.test.crash()
    this.test.rebuild()
    this.adapter = this.#build()
    await this.test.start()
    await this.adapter.start()
  }

  async dispose(): Promise<void> {
    await stopAdapter(this.adapter, this.clock)
    await this.test.dispose()
    await this.discord.stop()
  }

  /** What everybody sees in a place, oldest first. */
  messages(channel: Channel = this.scene.channel): Message[] {
    return this.discord.world.messagesIn(channel)
  }

  last(channel?: Channel): Message {
    const message = this.messages(channel).at(-1)
    if (message === undefined) throw new Error('There is no message.')
    return message
  }

  /** The thread under the last card. */
  thread(card = this.last()): Channel {
    const thread = this.discord.threadOf(card)
    if (thread === undefined) throw new Error('There is no thread.')
    return thread
  }

  text(message: Message): string {
    return this.discord.seen(message)
  }

  labels(message: Message): string[] {
    return labelsOf(message)
  }

  /** What was said to somebody alone, latest last. */
  told({ user }: Person): string[] {
    const { world } = this.discord
    return [...world.messages.values()]
      .filter(message => message.ephemeralTo === user && !message.deleted)
      .map(message => this.text(message))
  }

  #build(): DiscordAdapter {
    const { test, scene: stage } = this
    const adapter = new DiscordAdapter(
      {
        easel: test.easel,
        clock: test.clock,
        ids: test.ids,
        log: test.log,
        config: discordConfig(stage.discord, {
          spoilerGuilds: this.#options.spoilers ? [stage.guild.id] : [],
          ...this.#options.discord,
        }),
        secrets: { discordToken: stage.discord.token },
      },
      stage.discord.token,
      choices,
    )
    test.built.register(adapter.courier)
    return adapter
  }
}
