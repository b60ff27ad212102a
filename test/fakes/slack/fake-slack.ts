/** A Slack of one's own: Web API, Socket Mode and signed HTTP on 127.0.0.1, with people in it. */
import type { Clock } from '../../../src/system/ports.ts'
import type { FakeClock } from '../fake-clock.ts'
import { Traffic } from '../traffic.ts'
import { FakeFaults } from './api/faults.ts'
import { RateLimits } from './api/tiers.ts'
import { WebApi } from './api/web-api.ts'
import { Interactions } from './interactions.ts'
import { readManifest } from './manifest.ts'
import { Person } from './person.ts'
import { readBlocks } from './reading.ts'
import { acknowledgedTo } from './sent-to.ts'
import { provoked, transcript } from './transcript.ts'
import { HttpTransport } from './transport/http-transport.ts'
import { OAuth } from './transport/oauth.ts'
import { SocketMode } from './transport/socket-mode.ts'
import type { Delivered, Envelope, Transport } from './transport/transport.ts'
import { type Channel, type OpenView, type Post, type Team, World } from './world.ts'

const manifest = readManifest()
/** A call that needs another scope than these is refused. */
const manifestScopes = manifest.oauth_config.scopes.bot
/** Events that Slack sends; of others the app hears nothing. */
const subscribed: ReadonlySet<string> = new Set(manifest.settings.event_subscriptions.bot_events)

/** With the fake clock nothing in it moves but by the test; with the real one it serves a process of its own. */
export class FakeSlack<AnyClock extends Clock = FakeClock> {
  readonly clock: AnyClock
  readonly world: World
  readonly faults = new FakeFaults()
  readonly limits: RateLimits
  readonly interactions: Interactions
  /** All that the app sent, by where it can be seen. */
  readonly traffic = new Traffic()
  readonly sockets: SocketMode
  readonly oauth: OAuth
  readonly api: WebApi
  appToken = 'xapp-1-A00000001-fake'
  readonly signingSecret = 'signing-secret-of-the-fake'
  #transport: Transport
  #events = 0

  constructor(clock: AnyClock) {
    this.clock = clock
    this.world = new World(clock)
    this.limits = new RateLimits(clock)
    this.interactions = new Interactions(this.world)
    this.sockets = new SocketMode(clock)
    this.oauth = new OAuth(this.world)
    this.#transport = this.sockets
    this.api = new WebApi({
      world: this.world,
      faults: this.faults,
      limits: this.limits,
      interactions: this.interactions,
      sockets: this.sockets,
      oauth: this.oauth,
      appToken: () => this.appToken,
      traffic: this.traffic,
      tell: (team, event) => {
        if (subscribed.has(event.type)) void this.event(team.id, event)
      },
    })
  }

  /** What `slack.apiUrl` must be. */
  get apiUrl(): string {
    return `${this.baseUrl}/api/`
  }

  get baseUrl(): string {
    return this.api.baseUrl
  }

  start(): Promise<void> {
    return this.api.start()
  }

  async stop(): Promise<void> {
    this.sockets.stop()
    await this.api.stop()
  }

  /** Slack takes every connection and never answers, until the returned function is called. */
  outage(): () => void {
    const answer = this.faults.failAlways(undefined, { kind: 'silence', when: 'before' })
    const speak = this.sockets.silence()
    return () => {
      answer()
      speak()
    }
  }

  /** From now on everything goes to this request URL instead of the sockets. */
  useHttp(url: string): HttpTransport {
    const transport = new HttpTransport(this.clock, this.signingSecret, url)
    this.#transport = transport
    return transport
  }

  /** Resolves when that is so, looking again after each call of the app. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.api.nextCall()
  }

  addTeam(name: string, options: { enterpriseId?: string; scopes?: string[] } = {}): Team {
    const id = this.world.id('T')
    const team: Team = {
      id,
      name,
      ...(options.enterpriseId === undefined ? {} : { enterpriseId: options.enterpriseId }),
      botToken: `xoxb-${id}-fake`,
      botId: this.world.id('B'),
      revokedTokens: new Set(),
      botUserId: this.world.id('U'),
      scopes: new Set(options.scopes ?? manifestScopes),
      orgWide: false,
      installed: true,
    }
    this.world.teams.set(id, team)
    return team
  }

  addPerson(team: Team, name: string, options: { admin?: boolean; locale?: string } = {}): Person {
    const member = {
      id: this.world.id('U'),
      teamId: team.id,
      name,
      locale: options.locale ?? 'en-US',
      admin: options.admin === true,
    }
    this.world.members.set(member.id, member)
    for (const channel of this.world.channels.values())
      if (channel.teamId === team.id && channel.kind === 'public') channel.members.add(member.id)
    return new Person(this, member)
  }

  /** A channel with everybody of the workspace in it unless its members are named, and the bot unless told otherwise. */
  addChannel(
    team: Team,
    name: string,
    options: { private?: boolean; withoutBot?: boolean; members?: Person[] } = {},
  ): Channel {
    const people = [...this.world.members.values()].filter(member => member.teamId === team.id)
    const members = options.members?.map(({ id }) => id) ?? people.map(({ id }) => id)
    return this.world.addConversation({
      id: this.world.id('C'),
      teamId: team.id,
      name,
      kind: options.private === true || options.members !== undefined ? 'private' : 'public',
      members: new Set([...members, ...(options.withoutBot === true ? [] : [team.botUserId])]),
    })
  }

  /** Direct messages among people; commands work there, but the bot is in a group only where it was added. */
  addConversation(people: Person[], options: { withBot?: boolean } = {}): Channel {
    const [first] = people
    if (first === undefined) throw new Error('a conversation needs people')
    const team = this.world.team(first.member.teamId)
    const isGroup = people.length > 2 || options.withBot === true
    return this.world.addConversation({
      id: this.world.id(isGroup ? 'G' : 'D'),
      teamId: team.id,
      name: isGroup ? `mpdm-${people.map(({ member }) => member.name).join('--')}-1` : 'directmessage',
      kind: isGroup ? 'mpim' : 'im',
      members: new Set([
        ...people.map(({ id }) => id),
        ...(options.withBot === true ? [team.botUserId] : []),
      ]),
    })
  }

  async deliver(envelope: Envelope): Promise<Delivered> {
    const delivered = await this.#transport.deliver(envelope)
    if (delivered.kind === 'acked')
      this.traffic.record(acknowledgedTo(envelope.payload), 'ack', delivered.body)
    return delivered
  }

  /** The payload of an event, with an id of its own. */
  eventPayload(teamId: string, event: Record<string, unknown>): Record<string, unknown> {
    const team = this.world.team(teamId)
    this.#events += 1
    return {
      token: 'verification-token',
      team_id: team.id,
      context_team_id: team.id,
      context_enterprise_id: team.enterpriseId ?? null,
      api_app_id: 'A00000001',
      type: 'event_callback',
      event_id: `Ev${String(this.#events).padStart(9, '0')}`,
      event_time: Math.floor(this.clock.now() / 1000),
      authorizations: [
        {
          enterprise_id: team.enterpriseId ?? null,
          team_id: team.orgWide ? null : team.id,
          user_id: team.botUserId,
          is_bot: true,
          is_enterprise_install: team.orgWide,
        },
      ],
      is_ext_shared_channel: false,
      event,
    }
  }

  event(teamId: string, event: Record<string, unknown>): Promise<Delivered> {
    return this.deliver({
      type: 'events_api',
      acceptsResponse: false,
      payload: this.eventPayload(teamId, event),
    })
  }

  /** The same payload again, as Slack does when it saw no answer. */
  redeliver(payload: Record<string, unknown>, attempt: number): Promise<Delivered> {
    return this.deliver({
      type: 'events_api',
      acceptsResponse: false,
      payload,
      retry: { attempt, reason: 'timeout' },
    })
  }

  /** Somebody removes the app: its tokens die at once, two events tell it. */
  async uninstall(team: Team): Promise<void> {
    await this.removeApp(team).tell()
  }

  /** The same, with the events kept back: Slack may deliver them much later, with the time of what happened in them. */
  removeApp(team: Team): { tell(): Promise<void> } {
    team.installed = false
    const payloads = [
      { type: 'tokens_revoked', tokens: { oauth: [], bot: [team.botUserId] } },
      { type: 'app_uninstalled' },
    ].map(event => this.eventPayload(team.id, event))
    return {
      tell: async () => {
        for (const payload of payloads)
          await this.deliver({ type: 'events_api', acceptsResponse: false, payload })
      },
    }
  }

  /** A workflow mentions the app in a channel: a message of a bot, without a user (docs.slack.dev/reference/events/app_mention). */
  workflowMentions(channel: Channel, text: string): Promise<Delivered> {
    const ts = this.world.nextTs()
    const { botUserId } = this.world.team(channel.teamId)
    return this.event(channel.teamId, {
      type: 'app_mention',
      subtype: 'bot_message',
      bot_id: this.world.id('B'),
      username: 'a workflow',
      text: `<@${botUserId}> ${text}`,
      ts,
      event_ts: ts,
      team: channel.teamId,
      channel: channel.id,
    })
  }

  responseUrl(target: Parameters<Interactions['responsePath']>[0]): string {
    return `${this.baseUrl}${this.interactions.responsePath(target)}`
  }

  /** Posts in a channel, newest last; replies where a thread is named. */
  posts(channelId: string, threadTs?: string): Post[] {
    return this.world.posts.filter(
      post => post.channelId === channelId && post.threadTs === threadTs && !post.deleted,
    )
  }

  /** What only this person was shown. */
  ephemeralMessages(person: Person): Post[] {
    return this.world.posts.filter(post => post.onlyFor === person.id && !post.deleted)
  }

  /** What a home or a modal says. */
  viewText(view: OpenView): string {
    return readBlocks(view.content.blocks).lines.join('\n')
  }

  transcript(): string {
    return transcript(this.world)
  }

  provoked(): { pings: string[]; links: string[] } {
    return provoked(this.world)
  }
}
