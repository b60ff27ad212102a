/** By what a message of ours is known again when Discord's answer to its posting was lost. Pure. */

export interface Mark {
  deliveryId: string
  /** The step of the delivery that posts it. */
  step: string
}

const discordEpochMs = 1_420_070_400_000n
/** Clocks may differ by so much. */
const clockMarginMs = 60_000

/** A second post with the same nonce within a few minutes is the first one (resources/message); up to 25 characters. */
export function nonceOf(mark: Mark): string {
  return `${mark.deliveryId}${componentIdOf(mark).toString(36)}`
}

/** Stays with the message's first component: 32-bit, unique in the message (developers/components/reference). */
export function componentIdOf({ deliveryId, step }: Mark): number {
  // FNV-1a, of whose 32 bits the sign is left out; 0 would count as not given.
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(`${deliveryId}/${step}`)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 1) | 0x4000_0000
}

/** An id that is older than every message since then (reference, Snowflakes). */
export function snowflakeBefore(sinceMs: number): string {
  const sinceEpochMs = BigInt(Math.floor(sinceMs) - clockMarginMs) - discordEpochMs
  return (sinceEpochMs > 0n ? sinceEpochMs << 22n : 0n).toString()
}
