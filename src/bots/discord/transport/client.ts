/** Creates and connects the discord.js client. */
import {
  Client,
  type ClientOptions,
  DiscordAPIError,
  DiscordjsError,
  DiscordjsErrorCodes,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  Options,
  Partials,
  type REST,
  Routes,
} from 'discord.js'
import { secretVariables } from '../../../config/secrets.ts'
import { AppError } from '../../../errors/errors.ts'
import type { RefusalProblem } from '../../../errors/refusal-problem.ts'
import type { Logger } from '../../../system/ports.ts'

/** Options that tests override. */
export type ClientChoices = Pick<ClientOptions, 'ws'>

/** The retry interval while Discord is unreachable. */
const unreachableRetryMs = 10_000

/**
 * Close codes after which a gateway client does not reconnect (developers/topics/opcodes-and-status-codes) and which an
 * operator can fix. The library reports them with Events.ShardDisconnect and then stops.
 */
const finalCloses: ReadonlyMap<number, RefusalProblem> = new Map([
  [4004, invalidToken()],
  [4011, { what: 'sharding' }],
  [4014, { what: 'intent' }],
])

export function closeReason(code: number): RefusalProblem {
  return finalCloses.get(code) ?? { what: 'closed', code }
}

function invalidToken(): RefusalProblem {
  return { what: 'token', variable: secretVariables.discordToken }
}

export function newClient(rest: REST, log: Logger, choices: ClientChoices): Client {
  const client = new Client({
    // Interactions need no intent. Discord sends the content of messages to the bot only; other messages arrive without content.
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
    partials: [Partials.Channel],
    // Discord's recommended number of shards, all in this process, because there is one engine.
    shards: 'auto',
    allowedMentions: { parse: [], repliedUser: false },
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      MessageManager: 0,
      ReactionManager: 0,
      PresenceManager: 0,
    }),
    ...choices,
  })
  // The client's constructor creates its own REST client, which is not used.
  client.rest.clearHashSweeper()
  client.rest.clearHandlerSweeper()
  client.rest = rest
  client.on(Events.Error, error => log.warn({ problem: error.message }, 'the connection to Discord failed'))
  client.on(Events.Warn, message => log.debug({}, message))
  client.on(Events.ShardError, error => log.debug({ problem: error.message }, 'a gateway connection failed'))
  client.on(Events.ShardReconnecting, shard => log.info({ shard }, 'the gateway connection ended; resuming'))
  client.on(Events.ShardResume, (shard, replayed) => log.info({ shard, replayed }, 'resumed'))
  handleEndedResume(client)
  return client
}

/**
 * discord.js 14.28 assumes that a resumed session still exists. If Discord ended it at the same time, an unhandled
 * rejection would end the process. This supplies a session for that moment.
 */
function handleEndedResume(client: Client): void {
  client.ws.on(GatewayDispatchEvents.Resumed, (_data, shardId) => {
    const shard = client.ws.shards.get(shardId)
    if (shard === undefined || Reflect.get(shard, 'sessionInfo') !== null) return
    Reflect.set(shard, 'sessionInfo', { sequence: Reflect.get(shard, 'closeSequence') })
    queueMicrotask(() => Reflect.set(shard, 'sessionInfo', null))
  })
}

/**
 * Resolves with the ready client.
 * @throws AppError 'platform-refused' when Discord refuses the token or the intents, 'platform-busy' when it cannot be
 * reached. In the latter case the client can be used again.
 */
export async function connect(client: Client, token: string): Promise<Client<true>> {
  await reach(client)
  const refused = refusalFrom(client)
  const ready = new Promise<Client<true>>(resolve => client.once(Events.ClientReady, resolve))
  try {
    await Promise.race([client.login(token), refused.promise])
    return await Promise.race([ready, refused.promise])
  } catch (error) {
    await client.destroy()
    throw error instanceof AppError ? error : loginFault(error)
  } finally {
    refused.forget()
  }
}

/** Checks that Discord is reachable before a login, because a login cannot be repeated. */
async function reach(client: Client): Promise<void> {
  try {
    await client.rest.get(Routes.gatewayBot())
  } catch (error) {
    throw loginFault(error)
  }
}

/** Discord refuses a token with status 401 only. Every other error is temporary. */
function loginFault(error: unknown): AppError {
  const isRefused =
    (error instanceof DiscordAPIError && error.status === 401) ||
    (error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid)
  return isRefused
    ? platformRefused(invalidToken(), error)
    : new AppError('platform-busy', { platform: 'Discord', retryAfterMs: unreachableRetryMs }, error)
}

/** A promise that rejects when the gateway closes permanently, and the function that ends the wait. */
function refusalFrom(client: Client): { promise: Promise<never>; forget(): void } {
  let forget = () => {}
  const promise = new Promise<never>((_, reject) => {
    const closed = ({ code }: { code: number }) => reject(platformRefused(closeReason(code)))
    client.on(Events.ShardDisconnect, closed)
    forget = () => client.off(Events.ShardDisconnect, closed)
  })
  promise.catch(() => {})
  return { promise, forget: () => forget() }
}

function platformRefused(problem: RefusalProblem, cause?: unknown): AppError {
  return new AppError('platform-refused', { platform: 'Discord', problem }, cause)
}
