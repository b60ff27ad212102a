/** A Slack of one's own: Web API, Socket Mode and signed HTTP on 127.0.0.1, with people in it. */
import { z } from 'zod'
import type { Clock } from '../../../src/ports.ts'
import type { FakeClock } from '../fake-clock.ts'
import { FakeFaults } from './faults.ts'
import { HttpTransport } from './http-transport.ts'
import { Interactions, type ResponseBody } from './interactions.ts'
import { readManifest } from './manifest.ts'
import { OAuth } from './oauth.ts'
import { Person } from './person.ts'
import { readBlocks } from './reading.ts'
import { Refusal } from './refusal.ts'
import { SocketMode } from './socket-mode.ts'
import { RateLimits } from './tiers.ts'
import { provoked, transcript } from './transcript.ts'
import type { Delivered, Envelope, Transport } from './transport.ts'
import { WebApi } from './web-api.ts'
import { type Channel, type OpenView, type Post, type Team, World } from './world.ts'

/** A call that needs another scope than these is refused. */
const manifestScopes = readManifest().oauth_config.scopes.bot

const answerToCommand = z.union([
  z.undefined(),
  z.literal(''),
  z.looseObject({ text: z.string().optional(), blocks: z.unknown().optional() }),
])

/** With the fake clock nothing in it moves but by the test; with the real one it serves a process of its own. */
export class FakeSlack<AnyClock extends Clock = FakeClock> {
  readonly clock: AnyClock
  readonly world: World
  readonly faults = new FakeFaults()
  readonly limits: RateLimits
  readonly interactions: Interactions
  readonly sockets: SocketMode
  readonly oauth: OAuth
  readonly api: WebApi
  readonly appToken = 'xapp-1-A00000001-fake'
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
      appToken: this.appToken,
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

  /** A channel with everybody of the workspace in it, and the bot unless told otherwise. */
  addChannel(team: Team, name: string, options: { private?: boolean; withoutBot?: boolean } = {}): Channel {
    const people = [...this.world.members.values()].filter(member => member.teamId === team.id)
    const channel: Channel = {
      id: this.world.id('C'),
      teamId: team.id,
      name,
      kind: options.private === true ? 'private' : 'public',
      members: new Set([
        ...people.map(member => member.id),
        ...(options.withoutBot === true ? [] : [team.botUserId]),
      ]),
      archived: false,
    }
    this.world.channels.set(channel.id, channel)
    return channel
  }

  deliver(envelope: Envelope): Promise<Delivered> {
    return this.#transport.deliver(envelope)
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
    team.installed = false
    await this.event(team.id, { type: 'tokens_revoked', tokens: { oauth: [], bot: [team.botUserId] } })
    await this.event(team.id, { type: 'app_uninstalled' })
  }

  responseUrl(target: Parameters<Interactions['responsePath']>[0]): string {
    return `${this.baseUrl}${this.interactions.responsePath(target)}`
  }

  /** What the answer to a slash command shows to whoever typed it. */
  showAnswer(delivered: Delivered, target: { memberId: string; channelId: string }): void {
    if (delivered.kind !== 'acked') return
    const answer = answerToCommand.parse(delivered.body)
    if (answer === undefined || answer === '' || (answer.text === undefined && answer.blocks === undefined))
      return
    const shown: ResponseBody = { ...answer }
    try {
      this.interactions.show(shown, target)
    } catch (error) {
      if (error instanceof Refusal) throw new Error(`bad answer to a command: ${error.message}`)
      throw error
    }
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
