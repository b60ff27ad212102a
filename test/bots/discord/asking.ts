/** A whole Easel behind a real discord.js client in front of the fake Discord, and what people there are told. */
import type { Easel } from '../../../src/app/easel.ts'
import type { JobView } from '../../../src/app/views/views.ts'
import { DiscordAdapter } from '../../../src/bots/discord/discord-adapter.ts'
import { type Config, loadConfig } from '../../../src/config/config.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { FakeDiscord } from '../../fakes/discord/fake-discord.ts'
import type { Interaction } from '../../fakes/discord/interactions.ts'
import type { Person } from '../../fakes/discord/people.ts'
import type { Channel, Guild, Message } from '../../fakes/discord/world.ts'
import { realClock } from '../../fakes/real-clock.ts'
import { TestEasel, type TestEaselOptions } from '../../helpers/build-test-easel.ts'
import { letTimePass } from '../../helpers/let-time-pass.ts'
import { stopAdapter } from '../../helpers/stop-adapter.ts'

export interface AskingOptions {
  easel?: TestEaselOptions
  config?: Partial<Config>
  /** How many connections Discord recommends. */
  shards?: number
  /** Facade methods to use instead of the real ones. */
  facade?: Partial<Easel>
}

export class Asking {
  readonly discord: FakeDiscord
  readonly test: TestEasel
  readonly guild: Guild
  readonly channel: Channel
  readonly ada: Person
  readonly bob: Person
  readonly options: AskingOptions
  adapter: DiscordAdapter

  private constructor(discord: FakeDiscord, test: TestEasel, options: AskingOptions) {
    this.discord = discord
    this.test = test
    this.options = options
    this.guild = discord.guild('Painters')
    this.channel = discord.channel('pictures', this.guild)
    this.ada = discord.person('Ada')
    this.bob = discord.person('Bob')
    this.adapter = this.#build()
  }

  static async start(options: AskingOptions = {}): Promise<Asking> {
    const test = new TestEasel({ couriers: [], ...options.easel })
    const discord = new FakeDiscord({ clock: test.clock, realClock, shards: options.shards ?? 1 })
    await discord.start()
    const asking = new Asking(discord, test, options)
    await test.start()
    await asking.#startAdapter()
    return asking
  }

  async dispose(): Promise<void> {
    await stopAdapter(this.adapter, this.test.clock)
    await this.test.dispose()
    await this.discord.stop()
  }

  /** A new adapter over the same Easel, as after a restart. */
  async restart(options: AskingOptions = this.options): Promise<void> {
    await stopAdapter(this.adapter, this.test.clock)
    this.adapter = this.#build(options)
    await this.#startAdapter()
  }

  /** Resolves when the interaction was answered and everything that came of it is to be seen. */
  async dealtWith(interaction: Interaction): Promise<void> {
    await this.discord.until('a first answer', () => interaction.answer !== undefined)
    await letTimePass(this.adapter.idle(), this.test.clock)
    await this.test.settled()
  }

  async types(person: Person, ...typed: TypedArguments): Promise<Interaction> {
    const interaction = await person.types(...typed)
    await this.dealtWith(interaction)
    return interaction
  }

  /** A result of Ada's in the channel. */
  async painted(options: Record<string, string | number> = {}): Promise<Message> {
    await this.types(this.ada, this.channel, '/imagine', { prompt: 'a red circle', ...options })
    return this.result
  }

  /** The jobs of the channel, newest last. */
  jobs(): JobView[] {
    const { guild, channel } = this
    return this.test.jobsIn({ platform: 'discord', spaceId: guild.id, channelId: channel.id }, 50)
  }

  lastOrder(): JobView['order'] | undefined {
    return this.jobs().at(-1)?.order
  }

  /** What was said to this person alone, oldest first, without what was taken back. */
  told(person: Person, channel = this.channel): string[] {
    return this.ephemeralMessages(person, channel).map(message => this.discord.seen(message))
  }

  ephemeralMessages(person: Person, channel = this.channel): Message[] {
    return this.discord.world
      .messagesIn(channel, person.user)
      .filter(message => message.ephemeralTo === person.user)
  }

  /** What everybody sees in a channel, and in the threads under it. */
  posts(channel = this.channel): Message[] {
    const { world } = this.discord
    const own = world.messagesIn(channel)
    return [...own, ...world.threadsUnder(channel).flatMap(thread => world.messagesIn(thread))]
  }

  /** The latest result, wherever it is. */
  get result(): Message {
    const shown = [...this.discord.world.messages.values()].filter(
      message =>
        message.author.bot && !message.deleted && !message.ephemeralTo && message.attachments.length > 0,
    )
    const last = shown.at(-1)
    if (last === undefined) throw new Error(`no result in ${this.discord.transcript(this.channel)}`)
    return last
  }

  #startAdapter(): Promise<void> {
    return letTimePass(this.adapter.start(), this.test.clock)
  }

  #build({ config = {}, facade = {} }: AskingOptions = this.options): DiscordAdapter {
    const { test, discord } = this
    const { easel, clock, ids, log } = test
    const defaults = loadConfig(packageRoot, test.dataDir)
    const adapter = new DiscordAdapter(
      {
        easel: { ...easel, ...facade },
        clock,
        ids,
        log,
        secrets: {},
        config: {
          ...defaults,
          ...config,
          discord: { ...defaults.discord, ...config.discord, apiUrl: discord.apiUrl },
        },
      },
      discord.token,
      // The client's own pace, one identify in five seconds, would only make the tests slow.
      { ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) } },
    )
    test.built.register(adapter.courier)
    return adapter
  }
}

type TypedArguments = Parameters<Person['types']>
