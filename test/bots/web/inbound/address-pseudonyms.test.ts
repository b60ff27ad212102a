import { expect, test } from 'vitest'
import { addressPseudonyms } from '../../../../src/bots/web/inbound/address-pseudonyms.ts'

const pseudonym = addressPseudonyms('a key')

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2::1', '2001:DB8:1:2:ffff:ffff:ffff:ffff'],
  ['2001:db8::1', '2001:db8:0:0:9::2'],
  ['fe80::1%eth0', 'fe80::2%eth1'],
  ['::1', '0:0:0:0:0:0:0:1'],
])('%s and %s are one network', (one, other) => {
  expect(pseudonym(one)).toBe(pseudonym(other))
})

test.each([
  ['192.0.2.1', '192.0.2.2'],
  ['2001:db8:1:2::1', '2001:db8:1:3::1'],
  ['1::', '::1'],
])('%s and %s are two', (one, other) => {
  expect(pseudonym(one)).not.toBe(pseudonym(other))
})

test('a pseudonym cannot be reversed without the key', () => {
  expect(pseudonym('192.0.2.1')).toMatch(/^[0-9a-f]{32}$/)
  expect(addressPseudonyms('another key')('192.0.2.1')).not.toBe(pseudonym('192.0.2.1'))
})
