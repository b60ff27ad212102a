/** Bolt's App, with one difference: an event counts as received only when it was dealt with. */
import { App, type Receiver, type ReceiverEvent } from '@slack/bolt'

/**
 * Bolt acknowledges events before any listener ran: a crash in between would lose a request. Here Slack hears of it
 * when the job is in the database, and delivers the event again otherwise; its id keeps it one job.
 */
export class DurableApp extends App {
  readonly #underway = new Set<Promise<void>>()
  #closed = false

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
    if (event.body.event === undefined) return super.processEvent(event)
    await super.processEvent({ ...event, ack: async () => {} })
    await event.ack()
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
