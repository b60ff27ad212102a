/** The Slack adapter: assembles its parts for each transport, starts and stops. */
import { authorOf } from '../../app/access/access-rules.ts'
import type { Courier } from '../../app/delivery/courier.ts'
import { AppError, toAppError } from '../../errors/errors.ts'
import { AbortableRequests } from '../../net/abortable-requests.ts'
import type { Clock, Logger } from '../../system/ports.ts'
import { within } from '../../system/time-limit.ts'
import type { Words } from '../../words/en.ts'
import { wordsFor } from '../../words/locale.ts'
import type {
  Adapter,
  AdapterModule,
  AdapterParts,
  AdapterStatus,
  ReportStatus,
  SealedDocuments,
} from '../adapter.ts'
import { Chat } from '../chat/chat.ts'
import { Channels } from './inbound/channels.ts'
import { easelCommand } from './inbound/command-handlers.ts'
import { Downloads } from './inbound/downloads.ts'
import type { HandlerContext } from './inbound/handler-context.ts'
import { Members } from './inbound/members.ts'
import { dismissalOf } from './inbound/not-installed.ts'
import { receive } from './inbound/receive.ts'
import { RequestContexts } from './inbound/request-context.ts'
import { SlackCourier } from './outbound/courier.ts'
import { EphemeralMessages } from './outbound/ephemeral-messages.ts'
import { FileStates } from './outbound/file-states.ts'
import { Messages } from './outbound/messages.ts'
import { PictureResults } from './outbound/picture-results.ts'
import { Uploads } from './outbound/uploads.ts'
import { clientOptions, SlackApi } from './transport/api.ts'
import { diagnose } from './transport/diagnose.ts'
import { CombinedReceiver, DurableApp } from './transport/durable-app.ts'
import { type OAuthParts, SlackHttpReceiver } from './transport/http-receiver.ts'
import { Installations } from './transport/installations.ts'
import { slackLogger } from './transport/log.ts'
import { readKey } from './transport/sealed.ts'
import { botScopes, slackSetup, usesOAuth } from './transport/setup.ts'
import { Sockets } from './transport/sockets.ts'
import {
  authorizeWith,
  InstalledWorkspaces,
  OneWorkspace,
  type ScopeLack,
  type Workspaces,
} from './transport/workspaces.ts'

/** How long a stop waits for replies that are being sent and for connections to close. */
const stopTimeoutMs = 3000
/** The retry interval while Slack is unreachable. */
const startAgainMs = 10_000

export const slackAdapter: AdapterModule = {
  platform: 'slack',
  isRequired: false,
  setup: ({ config, secrets }) => slackSetup(config, secrets),
  diagnose,
  create: (parts, documents) => new SlackAdapter(parts, documents),
}

export class SlackAdapter implements Adapter {
  readonly platform = 'slack'
  readonly courier: Courier
  readonly #workspaces: Workspaces
  readonly #app: DurableApp
  readonly #httpReceiver: SlackHttpReceiver | undefined
  readonly #clock: Clock
  readonly #log: Logger
  readonly #requests = new AbortableRequests()
  readonly #words: Words
  #stopTrying = () => {}

  constructor(parts: AdapterParts, documents: SealedDocuments) {
    const { easel, config, secrets, clock, ids, log } = parts
    this.#clock = clock
    this.#log = log
    this.#words = wordsFor(config.language)
    const logger = slackLogger(log)
    const options = clientOptions(config.slack.apiUrl, logger, this.#requests)
    const oauth = oauthParts(parts, documents)

    const api = new SlackApi(options, clock, log)
    this.#workspaces =
      oauth === undefined
        ? new OneWorkspace(api, required(secrets.slackBotToken, 'SLACK_BOT_TOKEN'))
        : new InstalledWorkspaces(api, oauth.installations, log)
    const messages = new Messages(api)
    const ephemeralMessages = new EphemeralMessages(clock)
    const uploads = new Uploads(api, (id, job) => easel.pictureBytes(id, authorOf(job)), config.slack.apiUrl)
    const files = new FileStates(api, clock)
    const courier = new SlackCourier({
      messages,
      workspaces: this.#workspaces,
      uploads,
      pictures: new PictureResults({ messages, uploads, files, clock }),
      ephemeralMessages,
      log,
    })
    this.courier = courier

    const isSocket = config.slack.transport === 'socket'
    const { host, port } = config.slack
    const signing = isSocket
      ? {}
      : { signingSecret: required(secrets.slackSigningSecret, 'SLACK_SIGNING_SECRET') }
    this.#httpReceiver =
      isSocket && oauth === undefined
        ? undefined
        : new SlackHttpReceiver({
            host,
            port,
            ...signing,
            ...(oauth && { oauth }),
            words: wordsFor(config.language),
            clientOptions: options,
            clock,
            log,
          })
    const sockets = isSocket
      ? [
          new Sockets({
            appToken: required(secrets.slackAppToken, 'SLACK_APP_TOKEN'),
            clientOptions: options,
            clock,
            log,
          }),
        ]
      : []
    this.#app = new DurableApp(
      {
        receiver: new CombinedReceiver([
          ...sockets,
          ...(this.#httpReceiver === undefined ? [] : [this.#httpReceiver]),
        ]),
        authorize: authorizeWith(this.#workspaces),
        clientOptions: options,
        convoStore: false,
        logger,
      },
      body => dismissalOf(this.#workspaces, body, wordsFor(config.language)),
    )

    const channels = new Channels(api, clock)
    const context: HandlerContext = {
      easel,
      chat: new Chat({
        platform: 'slack',
        easel,
        clock,
        ids,
        maxCount: config.limits.maxCount,
        prefix: `${easelCommand} `,
      }),
      clock,
      log,
      api,
      messages,
      uploads,
      files,
      courier,
      ephemeralMessages,
      requestContexts: new RequestContexts(this.#workspaces, new Members(api, clock), channels),
      channels,
      downloads: new Downloads(api, clock, config.slack.apiUrl),
      formSecret: formSecretOf(parts),
    }
    receive(this.#app, context, this.#workspaces)
  }

  /** The URL of the HTTP server, with slack.transport http or OAuth. */
  get url(): string | undefined {
    return this.#httpReceiver?.url
  }

  /** Resolves when no event is being handled. */
  idle(): Promise<void> {
    return this.#app.idle()
  }

  /** Rejects if Slack refuses the tokens. While Slack is unreachable it retries. */
  async start(report: ReportStatus = () => {}): Promise<void> {
    try {
      const lacks = await this.#workspaces.start()
      await this.#app.start()
      report({ kind: 'on' })
      for (const lack of lacks) report(this.#warningOf(lack))
    } catch (error) {
      if (!toAppError(error).retryable) throw error
      this.#log.warn({ problem: String(error) }, 'Slack cannot be reached; trying again')
      report({ kind: 'connecting' })
      this.#stopTrying = this.#clock.after(startAgainMs, () => void this.#startAgain(report))
    }
  }

  async #startAgain(report: ReportStatus): Promise<void> {
    await this.start(report).catch((error: unknown) => {
      this.#log.error({ problem: String(error) }, 'Slack refused us; the adapter is off')
      report({ kind: 'refused', fault: toAppError(error) })
    })
  }

  #warningOf({ workspaceId, scopes }: ScopeLack): AdapterStatus {
    this.#log.error({ workspaceId, scopes }, 'scopes are missing')
    const { operator } = this.#words.slack
    const sentence = operator.scopesMissing(scopes)
    return { kind: 'warning', sentence: workspaceId === undefined ? sentence : `${workspaceId}: ${sentence}` }
  }

  async stop(): Promise<void> {
    this.#stopTrying()
    await within(this.#clock, stopTimeoutMs, this.#app.close())
    this.#requests.abort()
    await within(this.#clock, stopTimeoutMs, this.#app.stop())
  }
}

/** Undefined if the environment's token serves one workspace. */
function oauthParts(
  { secrets, ids, clock }: AdapterParts,
  documents: SealedDocuments,
): OAuthParts | undefined {
  if (!usesOAuth(secrets)) return undefined
  const key = readKey(required(secrets.encryptionKey, 'EASEL_ENCRYPTION_KEY'))
  return {
    clientId: required(secrets.slackClientId, 'SLACK_CLIENT_ID'),
    clientSecret: required(secrets.slackClientSecret, 'SLACK_CLIENT_SECRET'),
    stateSecret: required(secrets.slackStateSecret, 'SLACK_STATE_SECRET'),
    scopes: botScopes,
    installations: new Installations(documents, key, ids, clock),
  }
}

/** A secret that is stable over restarts, so open forms stay valid. */
function formSecretOf({ secrets }: AdapterParts): string {
  return secrets.slackSigningSecret ?? secrets.slackAppToken ?? secrets.slackBotToken ?? ''
}

function required(value: string | undefined, name: string): string {
  if (value !== undefined) return value
  throw new AppError('config', { key: name, problem: { what: 'not-set' } })
}
