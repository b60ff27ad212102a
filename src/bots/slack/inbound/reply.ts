/** Acknowledgement and reply: Slack waits 3 s for an acknowledgement, independent of the work's duration. */
import type { Clock, Logger } from '../../../system/ports.ts'
import type { Words } from '../../../words/en.ts'
import { faultReplies } from '../../chat/fault-message.ts'
import type { Reply } from '../outbound/ephemeral-messages.ts'
import { render } from '../outbound/render.ts'

/** 3 s minus the network's round trip. */
const ackTimeoutMs = 2000

export interface ReplyParts {
  clock: Clock
  log: Logger
  words: Words
  /** Acknowledges once; `ackShows`: the person sees the reply. */
  ack(reply?: Reply): Promise<void>
  ackShows: boolean
  /** Sends a reply after the acknowledgement. */
  followUp(reply: Reply): Promise<void>
}

/**
 * Acknowledges when the work is done, so an accepted job is in the database by then, but after 2 s at the latest. Faults
 * of the work become a sentence.
 */
export async function replyInTime(parts: ReplyParts, work: Promise<Reply | undefined>): Promise<void> {
  const outcome = work.catch((error: unknown) => faultReply(error, parts.words, parts.log))
  const deadline = timeout(parts.clock)
  const inTime = await Promise.race([outcome.then(reply => ({ reply })), deadline.over])
  deadline.stop()
  const acked = await acknowledge(parts, inTime?.reply)
  const reply = await outcome
  const isShown = acked && inTime !== undefined && parts.ackShows
  if (reply !== undefined && !isShown) await parts.followUp(reply)
}

export const faultReply = faultReplies(render)

/** Acknowledges with the reply. False if the connection was lost, so the reply must be sent in another way. */
async function acknowledge(parts: ReplyParts, reply: Reply | undefined): Promise<boolean> {
  try {
    await parts.ack(reply)
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
