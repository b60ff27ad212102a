import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readKey, seal, unseal } from '../../../../src/bots/slack/transport/sealed.ts'

const key = readKey(Buffer.alloc(32, 7).toString('base64'))
const token = 'xoxb-a-token'

describe('what is sealed', () => {
  it('opens with its key under its id, and says nothing without', () => {
    const sealed = seal(key, 'T1', token, 'nonce-1')
    expect(unseal(key, 'T1', sealed)).toBe(token)
    expect(Buffer.from(sealed).toString('latin1')).not.toContain(token)
    expect(unseal(readKey(Buffer.alloc(32, 8).toString('hex')), 'T1', sealed)).toBeUndefined()
    expect(unseal(key, 'T2', sealed)).toBeUndefined()
  })

  it('is different each time, and opens no more once a single bit was changed', async () => {
    const sealed = Buffer.from(seal(key, 'T1', token, 'nonce-1'))
    expect(Buffer.from(seal(key, 'T1', token, 'nonce-2')).equals(sealed)).toBe(false)
    const flip = (at: number) => {
      const changed = Buffer.from(sealed)
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7))
      return changed
    }
    for (let at = 0; at < sealed.length * 8; at++)
      expect(unseal(key, 'T1', flip(at)), `bit ${at}`).toBeUndefined()
    const bytes = fc.uint8Array({ maxLength: 100 })
    await fc.assert(fc.property(bytes, random => unseal(key, 'T1', random) === undefined))
  })

  it.each([
    '',
    'short',
    'x'.repeat(44),
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(16).toString('hex'),
  ])('takes no key like %j', text => {
    expect(() => readKey(text)).toThrow(/EASEL_ENCRYPTION_KEY.*encryption-key/)
  })
})
