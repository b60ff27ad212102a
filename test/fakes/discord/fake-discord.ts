/** A whole Discord on 127.0.0.1: REST, gateway, rules, mishaps, people, and what everybody sees. */
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../../src/system/ports.ts'
import { Traffic } from '../traffic.ts'
import { Interactions } from './interactions.ts'
import { channelJson, guildJson } from './payloads.ts'
import { Person } from './people.ts'
import { textsOf } from './posting.ts'
import { CommandBook, commandRoutes } from './routes/commands.ts'
import { identityRoutes } from './routes/identity.ts'
import { interactionRoutes } from './routes/interactions.ts'
import { messageRoutes } from './routes/messages.ts'
import { threadRoutes } from './routes/threads.ts'
import { read } from './rules/markdown.ts'
import { RateLimits } from './rules/rate-limits.ts'
import { sentTo } from './sent-to.ts'
import { seenText, transcript } from './transcript.ts'
import { Faults } from './transport/faults.ts'
import { Gateway, privilegedIntents } from './transport/gateway.ts'
import { intent } from './transport/intents.ts'
import { beginOutage, type Outage } from './transport/outages.ts'
import { type LoggedRequest, RestServer } from './transport/rest.ts'
import { until } from './until.ts'
import {
  type Attachment,
  type Channel,
  type Guild,
  type GuildOptions,
  isThread,
  type Message,
  World,
} from './world.ts'
import { write } from './written-messages.ts'

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

export class FakeDiscord {
  /** As it is now: `resetToken` makes another. */
  token = 'fake.token.of-the-bot'
  readonly applicationId: string
  readonly world: World
  readonly gateway: Gateway
  readonly interactions: Interactions
  readonly commands = new CommandBook()
  readonly faults = new Faults()
  readonly limits: RateLimits
  /** All that the bot sent, by where it can be seen. */
  readonly traffic = new Traffic()
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
      token: () => this.token,
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
      token: () => this.token,
      limits: this.limits,
      faults: this.faults,
      file: id => this.#file(id),
      uploadLimitBytes: ({ params }) => {
        const interaction = this.interactions.all.find(each => each.token === params.token)
        const channel = interaction?.channel ?? this.world.channels.get(params.channel ?? '')
        return this.world.uploadLimitIn(channel, interaction?.user)
      },
      settled: () => this.world.changed(),
      heard: (call, request) => {
        const place = sentTo(this.world, this.interactions, request)
        const files = request.files.map(({ filename, bytes }) => ({ name: filename, bytes }))
        this.traffic.record(place, call, request.body, files)
      },
    })
    this.gateway.attach(this.#rest.server)
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#rest.server.once('error', reject)
      this.#rest.server.listen(0, '127.0.0.1', resolve)
    })
  }

  /** Bytes that a file may have where no boost and no Nitro raises it. */
  get uploadLimitBytes(): number {
    return this.world.uploadLimitBytes
  }

  set uploadLimitBytes(bytes: number) {
    this.world.uploadLimitBytes = bytes
  }

  /** Begins trouble that lasts until the returned function is called. */
  outage(outage: Outage): () => void {
    return beginOutage(outage, this.faults, this.gateway)
  }

  /** The owner asks for a new token in the developer portal: the old one is dead at once. */
  resetToken(): void {
    this.token = `${this.token}.reset`
    this.gateway.drop(4004)
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
  person(name: string, options: { locale?: string; uploadLimitBytes?: number } = {}): Person {
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
  guild(name: string, options: GuildOptions = {}): Guild {
    const guild = this.world.addGuild(name, options)
    if (guild.botIsMember) this.gateway.dispatch('GUILD_CREATE', guildJson(guild, this.world), intent.guilds)
    return guild
  }

  channel(name: string, guild: Guild, options: { nsfw?: boolean; type?: 0 | 2 | 15 } = {}): Channel {
    const channel = this.world.addChannel(name, guild, options)
    this.#tell('CHANNEL_CREATE', channel)
    return channel
  }

  /** A thread that people began; with members it is private to them, and the bot is not among them. */
  thread(name: string, parent: Channel, options: { members?: Person[]; locked?: boolean } = {}): Channel {
    const members = options.members?.map(({ user }) => user)
    const owner = members?.[0] ?? this.world.users.get(parent.guild?.ownerId ?? '')
    const thread = this.world.addThread(name, parent, this.world.ids.next(), { owner, members })
    thread.locked = options.locked ?? false
    this.#tell('THREAD_CREATE', thread)
    return thread
  }

  /** The bot is thrown out of a guild. */
  removeBot(guild: Guild): void {
    guild.botIsMember = false
    this.gateway.dispatch('GUILD_DELETE', { id: guild.id }, intent.guilds)
    this.world.changed()
  }

  /** A person writes to everybody in a channel. */
  writes(person: Person, channel: Channel, content: string): Message {
    return write(this, person.user, channel, content)
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
    this.#tell(isThread(channel) ? 'THREAD_DELETE' : 'CHANNEL_DELETE', channel)
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
    return until(this.world, seen, () => {
      const rooms = [...this.world.channels.values()].filter(channel => !isThread(channel))
      const refused = this.refused.slice(-5).map(each => `${each.method} ${each.path}: ${each.detail}`)
      return [`Never seen: ${what}.`, ...refused, ...rooms.map(each => this.transcript(each))].join('\n')
    })
  }

  #tell(event: string, channel: Channel): void {
    if (this.world.sees(this.world.bot, channel))
      this.gateway.dispatch(event, channelJson(channel), intent.guilds)
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
