/** Marks that identify a posted message when Discord's response was lost. Pure. */

export interface Mark {
  deliveryId: string
  /** The step of the delivery that posts it. */
  step: string
}

const discordEpochMs = 1_420_070_400_000n
/** The tolerance for clock differences. */
const clockMarginMs = 60_000

/** Discord returns the first message for a second post with the same nonce within minutes (resources/message). */
export function nonceOf(mark: Mark): string {
  return `${mark.deliveryId}${componentIdOf(mark).toString(36)}`
}

/** The id of the message's first component: 32-bit, unique in the message (developers/components/reference). */
export function componentIdOf({ deliveryId, step }: Mark): number {
  // FNV-1a without the sign bit; 0 would count as missing.
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(`${deliveryId}/${step}`)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 1) | 0x4000_0000
}

/** A snowflake that is older than every message since then (reference, Snowflakes). */
export function snowflakeBefore(sinceMs: number): string {
  const sinceEpochMs = BigInt(Math.floor(sinceMs) - clockMarginMs) - discordEpochMs
  return (sinceEpochMs > 0n ? sinceEpochMs << 22n : 0n).toString()
}
