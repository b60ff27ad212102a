/** Verifies that an HTTP request comes from Slack: the timestamp, then the HMAC over the raw body in constant time. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Slack's own limit (docs.slack.dev/authentication/verifying-requests-from-slack), also for timestamps in the future. */
const maxSkewSeconds = 300

export interface SignedParts {
  signingSecret: string
  /** The headers X-Slack-Request-Timestamp and X-Slack-Signature, unparsed. */
  timestamp: string | undefined
  signature: string | undefined
  rawBody: Uint8Array
  nowMs: number
}

export type Verdict = 'genuine' | 'stale' | 'forged'

/** Checks format and age before the HMAC, which saves time for invalid requests. */
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
