/** Acknowledgement and reply: Slack waits 3 s for an acknowledgement, independent of the work's duration. */
import type { Clock, Logger } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import { faultMessage } from '../../chat/fault-message.ts'
import { type Payload, render } from '../outbound/render.ts'

/** 3 s minus the network's round trip. */
const ackTimeoutMs = 2000

export interface ReplyParts {
  clock: Clock
  log: Logger
  words: Words
  /** Acknowledges once; `ackShows`: the person sees the payload. */
  ack(payload?: Payload): Promise<void>
  ackShows: boolean
  /** Sends a reply after the acknowledgement. */
  followUp(payload: Payload): Promise<void>
}

/**
 * Acknowledges when the work is done, so an accepted job is in the database by then, but after 2 s at the latest. Faults
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

/** False if the connection was lost; then the reply needs another way. */
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
