/**
 * Bolt's App with two differences: an event is acknowledged only after it was handled, and ignored events are acknowledged
 * too.
 */
import { App, type AppOptions, type Receiver, type ReceiverEvent } from '@slack/bolt'

/** The acknowledgement of an event that reaches no handler, and the action after it. */
export interface Rejection {
  ack: object | undefined
  followUp(): Promise<void>
}

/**
 * Bolt acknowledges events before listeners run, so a crash in between would lose a request. This class acknowledges when
 * the job is in the database. Otherwise Slack redelivers the event, and its id keeps it one job.
 */
export class DurableApp extends App {
  readonly #underway = new Set<Promise<void>>()
  readonly #rejectionOf: (body: unknown) => Rejection | undefined
  #closed = false

  /** `rejectionOf`: the reply to people of workspaces without the app. */
  constructor(options: AppOptions, rejectionOf: (body: unknown) => Rejection | undefined) {
    super(options)
    this.#rejectionOf = rejectionOf
  }

  override async processEvent(event: ReceiverEvent): Promise<void> {
    // The event is not acknowledged: Slack redelivers events, and reports a failed command to the person.
    if (this.#closed) return
    const work = this.#process(event)
    this.#underway.add(work)
    try {
      await work
    } finally {
      this.#underway.delete(work)
    }
  }

  /** Resolves when no event is being handled. */
  async idle(): Promise<void> {
    while (this.#underway.size > 0) await Promise.allSettled(this.#underway)
  }

  /** Accepts no more events and waits for the running ones. */
  async close(): Promise<void> {
    this.#closed = true
    await this.idle()
  }

  async #process(event: ReceiverEvent): Promise<void> {
    const dismissal = this.#rejectionOf(event.body)
    if (dismissal !== undefined) {
      await event.ack(dismissal.ack)
      return dismissal.followUp()
    }
    const isEvent = event.body.event !== undefined
    let isAcked = false
    await super.processEvent({
      ...event,
      ack: async response => {
        if (isEvent) return
        isAcked = true
        await event.ack(response)
      },
    })
    // Slack redelivers unacknowledged events, and reports a failed command to the person.
    if (!isAcked) await event.ack()
  }
}

/** Several receivers for one app, such as Socket Mode for events and HTTP for installations. */
export class CombinedReceiver implements Receiver {
  readonly #receivers: readonly Receiver[]

  constructor(receivers: readonly Receiver[]) {
    this.#receivers = receivers
  }

  init(app: App): void {
    for (const receiver of this.#receivers) receiver.init(app)
  }

  async start(): Promise<void> {
    for (const receiver of this.#receivers) await receiver.start()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#receivers.map(receiver => receiver.stop()))
  }
}
