/** Network addresses as limits know them: equal ones stay equal, and nobody can tell them from what is stored. */
import { createHmac } from 'node:crypto'
import { isIPv6 } from 'node:net'

/** A function of one key, which is in memory alone: with it goes the only way from a pseudonym to its address. */
export function addressPseudonyms(key: string): (address: string) => string {
  return address => createHmac('sha256', key).update(networkOf(address)).digest('hex').slice(0, 32)
}

/** A subscriber has a whole /64 of IPv6 (RFC 6177), so that its last half tells nobody apart. */
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
