/** The Slack adapter: assembles its parts for each transport, starts and stops. */
import { authorOf } from '../../app/access/access-rules.ts'
import type { Courier } from '../../app/delivery/courier.ts'
import { toAppError } from '../../errors/errors.ts'
import { AbortableRequests } from '../../net/abortable-requests.ts'
import type { Clock, Logger } from '../../system/ports.ts'
import { within } from '../../system/time-limit.ts'
import type { Words } from '../../words/en.ts'
import { wordsFor } from '../../words/locale.ts'
import type { Adapter, AdapterParts, AdapterStatus, ReportStatus, SealedDocuments } from '../adapter.ts'
import { Chat } from '../chat/chat.ts'
import { publishHomeAgain } from './forms/home.ts'
import { easelCommand } from './inbound/command-handlers.ts'
import { Downloads } from './inbound/downloads.ts'
import { Channels } from './inbound/lookups/channels.ts'
import { Members } from './inbound/lookups/members.ts'
import { rejectionOf } from './inbound/not-installed.ts'
import { receive } from './inbound/receive.ts'
import { RequestContexts } from './inbound/request-context.ts'
import { SlackCourier } from './outbound/courier.ts'
import { EphemeralMessages } from './outbound/ephemeral-messages.ts'
import { FileStates } from './outbound/file-states.ts'
import { Messages } from './outbound/messages.ts'
import { PictureResults } from './outbound/picture-results.ts'
import { Uploads } from './outbound/uploads.ts'
import { clientOptions, SlackApi } from './transport/api.ts'
import { DurableApp } from './transport/durable-app.ts'
import type { OAuthParts, SlackHttpReceiver } from './transport/http-receiver.ts'
import { slackLogger } from './transport/log.ts'
import { oauthParts, receiversOf, requireValue } from './transport/receivers.ts'
import {
  authorizeWith,
  InstalledWorkspaces,
  OneWorkspace,
  type TokenFault,
  type Workspaces,
} from './transport/workspaces.ts'

/** How long a stop waits for replies that are being sent and for connections to close. */
const stopTimeoutMs = 3000
/** The retry interval while Slack is unreachable. */
const startAgainMs = 10_000

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
    const { easel, config, clock, log } = parts
    this.#clock = clock
    this.#log = log
    this.#words = wordsFor(config.language)
    const logger = slackLogger(log)
    const options = clientOptions(config.slack.apiUrl, logger, this.#requests)
    const oauth = oauthParts(parts, documents)
    const api = new SlackApi(options, clock, log)
    this.#workspaces = workspacesOf(parts, api, oauth)

    const messages = new Messages(api)
    const ephemeralMessages = new EphemeralMessages(clock)
    const uploads = new Uploads(api, (id, job) => easel.pictureBytes(id, authorOf(job)), config.slack.apiUrl)
    const files = new FileStates(api, clock)
    const pictures = new PictureResults({ messages, uploads, files, clock })
    const workspaces = this.#workspaces
    const inbound = inboundParts(parts, api, workspaces)
    const courier = new SlackCourier({
      messages,
      workspaces,
      uploads,
      pictures,
      ephemeralMessages,
      publishHome: home => publishHomeAgain(inbound, home),
      log,
    })
    this.courier = courier

    const receivers = receiversOf(parts, options, oauth)
    this.#httpReceiver = receivers.http
    this.#app = new DurableApp(
      {
        receiver: receivers.all,
        authorize: authorizeWith(workspaces),
        clientOptions: options,
        convoStore: false,
        logger,
      },
      body => rejectionOf(workspaces, body, this.#words),
    )
    const outbound = { messages, uploads, files, courier, ephemeralMessages }
    receive(this.#app, { ...outbound, ...inbound }, workspaces)
  }

  /** The URL of the HTTP server, with slack.transport http or OAuth. */
  get url(): string | undefined {
    return this.#httpReceiver?.url
  }

  /** Resolves when no event is being handled. */
  idle(): Promise<void> {
    return this.#app.idle()
  }

  /** Connects. Rejects if Slack refuses the tokens. While Slack is unreachable it retries. */
  async start(report: ReportStatus = () => {}): Promise<void> {
    try {
      const faults = await this.#workspaces.start()
      await this.#app.start()
      report({ kind: 'on' })
      for (const fault of faults) report(this.#warningOf(fault))
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

  #warningOf(fault: TokenFault): AdapterStatus {
    const { operator } = this.#words.slack
    if (fault.kind === 'two-apps') return { kind: 'warning', sentence: operator.twoApps }
    const { workspaceId, scopes } = fault
    this.#log.error({ workspaceId, scopes }, 'scopes are missing')
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

/** The workspaces that installed the app; one without OAuth. */
function workspacesOf({ config, secrets, log }: AdapterParts, api: SlackApi, oauth?: OAuthParts): Workspaces {
  return oauth === undefined
    ? new OneWorkspace(
        api,
        requireValue(secrets.slackBotToken, 'SLACK_BOT_TOKEN'),
        config.slack.transport === 'socket' ? secrets.slackAppToken : undefined,
      )
    : new InstalledWorkspaces(api, oauth.installations, log)
}

/** The part of the handler context that reads events. */
function inboundParts(parts: AdapterParts, api: SlackApi, workspaces: Workspaces) {
  const { easel, config, clock, ids, log } = parts
  const channels = new Channels(api, clock)
  const { maxCount } = config.limits
  return {
    easel,
    chat: new Chat({ platform: 'slack', easel, clock, ids, maxCount, prefix: `${easelCommand} ` }),
    clock,
    log,
    api,
    requestContexts: new RequestContexts(workspaces, new Members(api, clock), channels),
    channels,
    downloads: new Downloads(api, clock, config.slack.apiUrl),
    formSecret: formSecretOf(parts),
  }
}

/** A secret that is stable over restarts, so open forms stay valid. */
function formSecretOf({ secrets }: AdapterParts): string {
  return secrets.slackSigningSecret ?? secrets.slackAppToken ?? secrets.slackBotToken ?? ''
}
