/** Requests that a forger might send: near a genuine one, and never the same. */
import fc from 'fast-check'
import type { SignedParts } from '../../../src/bots/slack/transport/verify-request.ts'

/** Anything near the golden request that is not the golden request. */
export function mutation(request: SignedParts): fc.Arbitrary<SignedParts> {
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
