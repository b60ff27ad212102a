/**
 * Bolt's App, with two differences: an event counts as received only when it was dealt with, and nothing that came and
 * was passed over stays without an acknowledgement.
 */
import { App, type AppOptions, type Receiver, type ReceiverEvent } from '@slack/bolt'

/** An acknowledgement in place of all handlers, and what is done after it. */
export interface Dismissal {
  ack: object | undefined
  followUp(): Promise<void>
}

/**
 * Bolt acknowledges events before any listener ran: a crash in between would lose a request. Here Slack hears of it
 * when the job is in the database, and delivers the event again otherwise; its id keeps it one job.
 */
export class DurableApp extends App {
  readonly #underway = new Set<Promise<void>>()
  readonly #dismissalOf: (body: unknown) => Dismissal | undefined
  #closed = false

  /** `dismissalOf`: what is told to those who are not served. */
  constructor(options: AppOptions, dismissalOf: (body: unknown) => Dismissal | undefined) {
    super(options)
    this.#dismissalOf = dismissalOf
  }

  override async processEvent(event: ReceiverEvent): Promise<void> {
    // Not acknowledged: Slack delivers events again, and tells people that their command found nobody.
    if (this.#closed) return
    const work = this.#process(event)
    this.#underway.add(work)
    try {
      await work
    } finally {
      this.#underway.delete(work)
    }
  }

  /** Resolves when nothing that came in is still being dealt with. */
  async idle(): Promise<void> {
    while (this.#underway.size > 0) await Promise.allSettled(this.#underway)
  }

  /** Takes no more events and waits for those under way. */
  async close(): Promise<void> {
    this.#closed = true
    await this.idle()
  }

  async #process(event: ReceiverEvent): Promise<void> {
    const dismissal = this.#dismissalOf(event.body)
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
    // Slack delivers again what is not acknowledged, and tells people that their command found nobody.
    if (!isAcked) await event.ack()
  }
}

/** Several receivers behind one app: Socket Mode for events and HTTP for installing, say. */
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
