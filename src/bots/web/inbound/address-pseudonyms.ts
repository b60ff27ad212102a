/** Pseudonyms of network addresses for limits: equal addresses have equal pseudonyms, and stored ones are irreversible. */
import { createHmac } from 'node:crypto'
import { isIPv6 } from 'node:net'

/** The pseudonym function of one key, which exists in memory only. Without the key no pseudonym can be reversed. */
export function addressPseudonyms(key: string): (address: string) => string {
  return address => createHmac('sha256', key).update(networkOf(address)).digest('hex').slice(0, 32)
}

/** A subscriber has a whole IPv6 /64 (RFC 6177), so the last 64 bits do not identify anybody. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail = ''] = address.toLowerCase().split('%')[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const zeros = address.includes('::')
    ? Array.from({ length: 8 - before.length - after.length }, () => '0')
    : []
  const groups = [...before, ...zeros, ...after]
  return groups
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')
}
