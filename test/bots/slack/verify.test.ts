import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SignedParts, verifyRequest } from '../../../src/bots/slack/verify.ts'
import { sign } from '../../fakes/slack/http-transport.ts'

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

/** Anything near the golden request that is not the golden request. */
function mutation(request: SignedParts): fc.Arbitrary<SignedParts> {
  const body = Buffer.from(request.rawBody)
  const signature = request.signature ?? ''
  const timestamp = request.timestamp ?? ''
  const differs = (mutated: SignedParts) =>
    mutated.signature !== signature ||
    mutated.timestamp !== timestamp ||
    Buffer.compare(mutated.rawBody, body) !== 0
  const bit = (bytes: Buffer) =>
    fc.integer({ min: 0, max: bytes.length * 8 - 1 }).map(at => {
      const flipped = Buffer.from(bytes)
      flipped[at >> 3] = (flipped[at >> 3] ?? 0) ^ (1 << (at & 7))
      return flipped
    })
  const cut = (text: string) =>
    fc.integer({ min: 0, max: text.length - 1 }).map(length => text.slice(0, length))
  const padding = fc.constantFrom(' ', '\n', '\0', '0', ',v0=', '=')
  return fc
    .oneof(
      bit(body).map(rawBody => ({ ...request, rawBody })),
      fc.uint8Array({ maxLength: 200 }).map(rawBody => ({ ...request, rawBody })),
      fc
        .uint8Array({ minLength: 1, maxLength: 20 })
        .map(more => ({ ...request, rawBody: Buffer.concat([body, more]) })),
      bit(Buffer.from(signature)).map(bytes => ({ ...request, signature: bytes.toString('latin1') })),
      cut(signature).map(short => ({ ...request, signature: short })),
      padding.map(more => ({ ...request, signature: signature + more })),
      padding.map(more => ({ ...request, signature: more + signature })),
      fc
        .constantFrom('v1', 'V0', 'v00', '')
        .map(version => ({ ...request, signature: version + signature.slice(2) })),
      fc.constant({ ...request, signature: signature.toUpperCase() }),
      fc.string({ maxLength: 80 }).map(text => ({ ...request, signature: text })),
      fc
        .integer({ min: -400, max: 400 })
        .map(offset => ({ ...request, timestamp: String(Number(timestamp) + offset) })),
      padding.map(more => ({ ...request, timestamp: timestamp + more })),
      padding.map(more => ({ ...request, timestamp: more + timestamp })),
      fc.string({ maxLength: 20 }).map(text => ({ ...request, timestamp: text })),
    )
    .filter(differs)
}
