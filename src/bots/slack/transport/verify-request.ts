/** Whether a request over HTTP comes from Slack: age both ways, then HMAC over the raw body in constant time. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Slack's own limit (docs.slack.dev/authentication/verifying-requests-from-slack), held towards the future too. */
const maxSkewSeconds = 300

export interface SignedParts {
  signingSecret: string
  /** X-Slack-Request-Timestamp and X-Slack-Signature, as they came. */
  timestamp: string | undefined
  signature: string | undefined
  rawBody: Uint8Array
  nowMs: number
}

export type Verdict = 'genuine' | 'stale' | 'forged'

/** Checks shape and age before the HMAC, so that no time is spent on what cannot be right. */
export function verifyRequest(parts: SignedParts): Verdict {
  const { timestamp = '', signature = '' } = parts
  if (!/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return 'forged'
  if (Math.abs(Math.floor(parts.nowMs / 1000) - Number(timestamp)) > maxSkewSeconds) return 'stale'
  const expected = createHmac('sha256', parts.signingSecret)
    .update(`v0:${timestamp}:`)
    .update(parts.rawBody)
    .digest()
  return timingSafeEqual(expected, Buffer.from(signature.slice(3), 'hex')) ? 'genuine' : 'forged'
}
