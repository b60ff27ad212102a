/** A whole Discord on 127.0.0.1: REST, gateway, rules, mishaps, people, and what everybody sees. */
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../../src/ports.ts'
import { Faults } from './faults.ts'
import { Gateway, privilegedIntents } from './gateway.ts'
import { Interactions } from './interactions.ts'
import { read } from './markdown.ts'
import { channelJson, guildJson } from './payloads.ts'
import { Person } from './people.ts'
import { defaultUploadLimitBytes, textsOf } from './posting.ts'
import { RateLimits } from './rate-limits.ts'
import { type LoggedRequest, RestServer } from './rest.ts'
import { CommandBook, commandRoutes } from './routes/commands.ts'
import { identityRoutes } from './routes/identity.ts'
import { interactionRoutes } from './routes/interactions.ts'
import { messageRoutes } from './routes/messages.ts'
import { threadRoutes } from './routes/threads.ts'
import { seenText, transcript } from './transcript.ts'
import { type Attachment, type Channel, type Guild, type Message, World } from './world.ts'

export interface FakeDiscordOptions {
  /** The clock of the 3 s and 15 min rules, of ids and of nonces. */
  clock: Clock
  /** The clock that clients wait by, for rate limits. */
  realClock: Clock
  /** Makes rate-limit windows shorter than real ones. */
  windowScale?: number
  /** Intents that the developer portal has not switched on; by default the privileged ones. */
  disallowedIntents?: number
  heartbeatIntervalMs?: number
  /** How many connections it recommends. */
  shards?: number
}

/** Bits of the intents by which Discord chooses who hears of what (events/gateway). */
const intent = { guilds: 1 << 0, guildMessages: 1 << 9 } as const

/** A wait that no test of ours comes near; it ends a hopeless one with a transcript. */
const patienceMs = 30_000

export class FakeDiscord {
  readonly token = 'fake.token.of-the-bot'
  readonly applicationId: string
  readonly world: World
  readonly gateway: Gateway
  readonly interactions: Interactions
  readonly commands = new CommandBook()
  readonly faults = new Faults()
  readonly limits: RateLimits
  /** Bytes that a file may have. */
  uploadLimitBytes = defaultUploadLimitBytes
  readonly #rest: RestServer
  readonly #files = new Map<string, Attachment>()

  constructor(options: FakeDiscordOptions) {
    this.world = new World(options.clock)
    this.applicationId = this.world.bot.id
    this.limits = new RateLimits(options.realClock, options.windowScale ?? 0.02)
    this.interactions = new Interactions(this.world)
    this.gateway = new Gateway({
      world: this.world,
      clock: options.realClock,
      token: this.token,
      applicationId: this.applicationId,
      disallowedIntents: options.disallowedIntents ?? privilegedIntents,
      heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250,
      url: () => `ws://127.0.0.1:${this.#port}`,
    })
    const cdnUrl = () => this.cdnUrl
    this.#rest = new RestServer({
      routes: [
        ...messageRoutes(this.world, cdnUrl),
        ...threadRoutes(this.world, {
          threadCreated: thread => this.#tell('THREAD_CREATE', thread),
          channelChanged: channel => this.#tell('THREAD_UPDATE', channel),
        }),
        ...interactionRoutes(this.world, this.interactions, this.applicationId, cdnUrl),
        ...commandRoutes(this.world, this.commands, this.applicationId),
        ...identityRoutes(
          this.world,
          this.applicationId,
          () => `ws://127.0.0.1:${this.#port}`,
          options.shards ?? 1,
        ),
      ],
      token: this.token,
      limits: this.limits,
      faults: this.faults,
      file: id => this.#file(id),
      uploadLimitBytes: () => this.uploadLimitBytes,
    })
    this.gateway.attach(this.#rest.server)
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#rest.server.once('error', reject)
      this.#rest.server.listen(0, '127.0.0.1', resolve)
    })
  }

  async stop(): Promise<void> {
    this.gateway.close()
    this.#rest.server.closeAllConnections()
    await new Promise<void>(resolve => this.#rest.server.close(() => resolve()))
  }

  /** What `discord.apiUrl` has to be. */
  get apiUrl(): string {
    return `http://127.0.0.1:${this.#port}/api`
  }

  get cdnUrl(): string {
    return `http://127.0.0.1:${this.#port}/cdn`
  }

  get #port(): number {
    const address: AddressInfo | string | null = this.#rest.server.address()
    if (address === null || typeof address === 'string') throw new Error('The fake Discord is not running.')
    return address.port
  }

  /** Somebody with an account. */
  person(name: string, options: { locale?: string } = {}): Person {
    return new Person(this.world.addUser(name, options), {
      world: this.world,
      interactions: this.interactions,
      book: this.commands,
      gateway: this.gateway,
      applicationId: this.applicationId,
      cdnUrl: () => this.cdnUrl,
      keep: attachment => this.#files.set(attachment.id, attachment),
      until: (what, seen) => this.until(what, seen),
    })
  }

  /** A guild that the bot is in (unless said otherwise); it hears of it at once. */
  guild(name: string, options: { botIsMember?: boolean; locale?: string } = {}): Guild {
    const guild = this.world.addGuild(name, options)
    if (guild.botIsMember) this.gateway.dispatch('GUILD_CREATE', guildJson(guild, this.world), intent.guilds)
    return guild
  }

  channel(name: string, guild: Guild, options: { nsfw?: boolean; type?: 0 | 15 } = {}): Channel {
    const channel = this.world.addChannel(name, guild, options)
    this.#tell('CHANNEL_CREATE', channel)
    return channel
  }

  /** A moderator takes a message away. */
  deleteMessage(message: Message): void {
    message.deleted = true
    const ids = { id: message.id, channel_id: message.channel.id, guild_id: message.channel.guild?.id }
    this.gateway.dispatch('MESSAGE_DELETE', ids, intent.guildMessages)
    this.world.changed()
  }

  /** A channel goes, and every thread and message in it. */
  deleteChannel(channel: Channel): void {
    channel.deleted = true
    this.#tell(channel.type === 11 ? 'THREAD_DELETE' : 'CHANNEL_DELETE', channel)
    this.world.changed()
  }

  /** The thread under a message. */
  threadOf(message: Message): Channel | undefined {
    const thread = this.world.channels.get(message.id)
    return thread?.deleted === false ? thread : undefined
  }

  /** The text that a person reads in a message. */
  seen(message: Message): string {
    return seenText(this.world, message)
  }

  transcript(channel: Channel, viewer?: Person): string {
    return transcript(this.world, channel, viewer?.user)
  }

  /** Everything asked of the REST side so far. */
  get requests(): readonly LoggedRequest[] {
    return this.#rest.log
  }

  /** Requests that broke a rule of Discord's: bad forms, unknown routes, no rights, what does not exist. */
  get refused(): readonly LoggedRequest[] {
    return this.#rest.log.filter(entry => entry.status >= 400 && entry.code !== undefined)
  }

  /** Live links that a person could click in what the bot wrote. */
  get links(): string[] {
    return this.#botTexts().flatMap(text => read(text).links)
  }

  /** Live mentions in what the bot wrote, whether or not they rang. */
  get mentions(): string[] {
    return this.#botTexts().flatMap(text => read(text).mentions)
  }

  #botTexts(): string[] {
    return [...this.world.messages.values()].filter(m => m.author === this.world.bot).flatMap(textsOf)
  }

  /** Resolves as soon as `seen` is true; a hopeless wait fails with what there is to be seen instead. */
  until(what: string, seen: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (end: () => void) => {
        clearTimeout(patience)
        unwatch()
        end()
      }
      const look = () => {
        try {
          if (seen()) finish(resolve)
        } catch (error) {
          finish(() => reject(error))
        }
      }
      const patience = setTimeout(() => finish(() => reject(this.#hopeless(what))), patienceMs)
      const unwatch = this.world.watch(look)
      look()
    })
  }

  #hopeless(what: string): Error {
    const rooms = [...this.world.channels.values()].filter(channel => channel.type !== 11)
    const refused = this.refused.slice(-5).map(each => `${each.method} ${each.path}: ${each.detail}`)
    return new Error(
      [`Never seen: ${what}.`, ...refused, ...rooms.map(each => this.transcript(each))].join('\n'),
    )
  }

  #tell(event: string, channel: Channel): void {
    this.gateway.dispatch(event, channelJson(channel, this.world.bot), intent.guilds)
  }

  #file(id: string): Attachment | undefined {
    const kept = this.#files.get(id)
    if (kept) return kept
    for (const message of this.world.messages.values()) {
      const found = message.attachments.find(each => each.id === id)
      if (found && !message.deleted) return found
    }
    return undefined
  }
}
