import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SignedParts, verifyRequest } from '../../../../src/bots/slack/transport/verify-request.ts'
import { sign } from '../../../fakes/slack/transport/http-transport.ts'
import { mutation } from '../mutations.ts'

const nowMs = Date.UTC(2026, 0, 5, 12)
const secret = 'signing-secret-of-the-fake'

function signed(body: string, seconds = nowMs / 1000): SignedParts {
  return {
    signingSecret: secret,
    timestamp: String(seconds),
    signature: sign(secret, seconds, body),
    rawBody: Buffer.from(body),
    nowMs,
  }
}

const golden = signed('token=x&command=%2Fimagine&text=a+red+circle&trigger_id=1.2.3')

describe('the check of Slack’s signature', () => {
  it('accepts the example of Slack’s own documentation', () => {
    // docs.slack.dev/authentication/verifying-requests-from-slack
    const { timestamp, rawBody, signature, signingSecret } = JSON.parse(
      readFileSync(new URL('./documented-signature.json', import.meta.url), 'utf8'),
    )
    const parts = { timestamp, signature, signingSecret, rawBody: Buffer.from(rawBody) }
    expect(verifyRequest({ ...parts, nowMs: Number(timestamp) * 1000 })).toBe('genuine')
  })

  it.each([
    [-301, 'stale'],
    [-300, 'genuine'],
    [0, 'genuine'],
    [300, 'genuine'],
    [301, 'stale'],
  ])('a request signed %i s from now is %s', (offset, verdict) => {
    expect(verifyRequest(signed('text=x', nowMs / 1000 + offset))).toBe(verdict)
  })

  it('accepts the golden request and none of 10,000 mutations of it', () => {
    expect(verifyRequest(golden)).toBe('genuine')
    const seed = Date.now() % 2 ** 31
    let tried = 0
    const run = () =>
      fc.assert(
        fc.property(mutation(golden), mutated => {
          tried += 1
          return verifyRequest(mutated) !== 'genuine'
        }),
        { numRuns: 10_000, seed },
      )
    expect(run, `seed ${seed}`).not.toThrow()
    expect(tried).toBe(10_000)
  })

  it('refuses a request of another app, and one without signature', () => {
    expect(verifyRequest({ ...golden, signingSecret: `${secret}x` })).toBe('forged')
    expect(verifyRequest({ ...golden, signature: undefined })).toBe('forged')
    expect(verifyRequest({ ...golden, timestamp: undefined })).toBe('forged')
  })
})
