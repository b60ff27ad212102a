/** Acknowledgement and reply: Slack waits 3 s for an acknowledgement, however long the work behind it takes. */
import type { Clock, Logger } from '../../../ports.ts'
import type { Words } from '../../../words/en.ts'
import { faultMessage } from '../../chat/fault-message.ts'
import { type Payload, render } from '../outbound/render.ts'

/** Of the 3 s, what is left for the way there and back. */
const ackTimeoutMs = 2000

export interface ReplyParts {
  clock: Clock
  log: Logger
  words: Words
  /** Acknowledges, once; `ackShows`: what it is given is shown to the person. */
  ack(payload?: Payload): Promise<void>
  ackShows: boolean
  /** Sends a reply after the acknowledgement. */
  followUp(payload: Payload): Promise<void>
}

/**
 * Acknowledges when the work is done, so that whatever was accepted is safe by then, but never later than 2 s. Faults
 * of the work become a sentence.
 */
export async function replyInTime(parts: ReplyParts, work: Promise<Payload | undefined>): Promise<void> {
  const outcome = work.catch((error: unknown) => faultReply(error, parts.words, parts.log))
  const deadline = timeout(parts.clock)
  const inTime = await Promise.race([outcome.then(payload => ({ payload })), deadline.over])
  deadline.stop()
  const acked = await acknowledge(parts, inTime?.payload)
  const payload = await outcome
  const isShown = acked && inTime !== undefined && parts.ackShows
  if (payload !== undefined && !isShown) await parts.followUp(payload)
}

export function faultReply(error: unknown, words: Words, log: Logger): Payload {
  return render(faultMessage(error, words, log), words)
}

/** false where the connection went first: then the answer must find another way. */
async function acknowledge(parts: ReplyParts, payload: Payload | undefined): Promise<boolean> {
  try {
    await parts.ack(payload)
    return true
  } catch (error) {
    parts.log.debug({ problem: String(error) }, 'acknowledgement not sent')
    return false
  }
}

function timeout(clock: Clock): { over: Promise<undefined>; stop(): void } {
  let stop = () => {}
  const over = new Promise<undefined>(resolve => {
    stop = clock.after(ackTimeoutMs, () => resolve(undefined))
  })
  return { over, stop: () => stop() }
}
