/** The discord.js client as Easel sets it up, and its way in: ready, or one clear sentence why not. */
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
import { AppError } from '../../../errors.ts'
import type { Logger } from '../../../ports.ts'
import type { RefusalProblem } from '../../../refusal-problem.ts'
import { secretVariables } from '../../../secrets.ts'

/** What tests choose otherwise. */
export type ClientChoices = Pick<ClientOptions, 'ws'>

/** Between tries to begin, while Discord cannot be reached. */
const reachAgainMs = 10_000

/**
 * Close codes after which a gateway client does not reconnect (developers/topics/opcodes-and-status-codes) and which an
 * operator can mend. The library names them by Events.ShardDisconnect and is deaf from then on.
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
    // Guilds alone: interactions come without any intent, and nothing that people write is read.
    intents: [GatewayIntentBits.Guilds],
    partials: [Partials.Channel],
    // As many connections as Discord recommends, all in this process: one engine stands behind them.
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
  // A client's own is made by its constructor, and unused.
  client.rest.clearHashSweeper()
  client.rest.clearHandlerSweeper()
  client.rest = rest
  client.on(Events.Error, error => log.warn({ problem: error.message }, 'the connection to Discord failed'))
  client.on(Events.Warn, message => log.debug({}, message))
  client.on(Events.ShardError, error => log.debug({ problem: error.message }, 'a gateway connection failed'))
  client.on(Events.ShardReconnecting, shard => log.info({ shard }, 'the gateway connection ended; resuming'))
  client.on(Events.ShardResume, (shard, replayed) => log.info({ shard, replayed }, 'resumed'))
  surviveEndedResume(client)
  return client
}

/**
 * discord.js 14.28 takes for granted that a resumed session is still there; where Discord ended it in the same breath,
 * that is a rejection which nobody handles and which would end the process. So for that moment there is one.
 */
function surviveEndedResume(client: Client): void {
  client.ws.on(GatewayDispatchEvents.Resumed, (_data, shardId) => {
    const shard = client.ws.shards.get(shardId)
    if (shard === undefined || Reflect.get(shard, 'sessionInfo') !== null) return
    Reflect.set(shard, 'sessionInfo', { sequence: Reflect.get(shard, 'closeSequence') })
    queueMicrotask(() => Reflect.set(shard, 'sessionInfo', null))
  })
}

/**
 * Resolves with the ready client; throws AppError with one sentence where Discord does not let us in, and
 * 'platform-busy' where it cannot be reached: then the client can be used for another try.
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
    throw error instanceof AppError ? error : notLetIn(problemOf(error), error)
  } finally {
    refused.forget()
  }
}

/** Before a login, which could not be repeated. */
async function reach(client: Client): Promise<void> {
  try {
    await client.rest.get(Routes.gatewayBot())
  } catch (error) {
    const isRefused = error instanceof DiscordAPIError && error.status === 401
    if (isRefused) throw notLetIn(invalidToken(), error)
    throw new AppError('platform-busy', { platform: 'Discord', retryAfterMs: reachAgainMs }, error)
  }
}

/** Rejects when the gateway closes for good. */
function refusalFrom(client: Client): { promise: Promise<never>; forget(): void } {
  let forget = () => {}
  const promise = new Promise<never>((_, reject) => {
    const closed = ({ code }: { code: number }) => reject(notLetIn(closeReason(code)))
    client.on(Events.ShardDisconnect, closed)
    forget = () => client.off(Events.ShardDisconnect, closed)
  })
  promise.catch(() => {})
  return { promise, forget: () => forget() }
}

function problemOf(error: unknown): RefusalProblem {
  if (error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid)
    return invalidToken()
  return { what: 'said', subject: 'login', said: error instanceof Error ? error.message : String(error) }
}

function notLetIn(problem: RefusalProblem, cause?: unknown): AppError {
  return new AppError('platform-refused', { platform: 'Discord', problem }, cause)
}
