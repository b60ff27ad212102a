/** The courier of Discord: posts card, thread and placeholder, edits the placeholder, turns it into the result. */
import type { Address, Courier, Delivery } from '../../app/courier.ts'
import type { Conversation } from '../../app/people.ts'
import type { JobView } from '../../app/views.ts'
import { AppError } from '../../errors.ts'

/** `refused`: one sentence for the one who asked. */
export type Brought = { kind: 'brought' } | { kind: 'refused'; sentence: string }

export class DiscordCourier implements Courier {
  readonly platform = 'discord'
  readonly progressIntervalMs = 2500

  async open(_job: JobView): Promise<Delivery> {
    throw unfinished()
  }

  async progress(_at: Address, _job: JobView): Promise<void> {}

  async settle(_at: Address, _job: JobView): Promise<Delivery> {
    throw unfinished()
  }

  async withdraw(_at: Address, _job: JobView): Promise<Delivery> {
    throw unfinished()
  }

  /** A past result, brought to another place with all its buttons. */
  async bring(_job: JobView, _conversation: Conversation): Promise<Brought> {
    throw unfinished()
  }
}

function unfinished(): AppError {
  return new AppError('internal', { problem: 'not there yet' })
}
