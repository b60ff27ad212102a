import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../src/errors/errors.ts'
import { open, type SealHeader, seal } from '../../../src/remote/seal/seal.ts'
import { readSealingKeys } from '../../../src/remote/seal/sealing-keys.ts'

const base64 = (fill: number) => Buffer.alloc(32, fill).toString('base64')
const keys = readSealingKeys({ workerKey: base64(1) })
const header: SealHeader = { sender: 'gateway', receiver: 'machine', session: 's1', sequence: 4 }
const plain = Buffer.from('a red circle')

describe('a sealed message', () => {
  test('opens with its header for whoever has the key, and says nothing to others', () => {
    const sealed = seal(keys, header, plain)
    expect(open(keys, sealed)).toEqual({ kind: 'opened', header, plain })
    expect(Buffer.from(sealed).includes(plain)).toBe(false)
    const others = readSealingKeys({ workerKey: base64(2) })
    expect(open(others, sealed)).toEqual({ kind: 'refused', why: 'key' })
  })

  test('opens no more once a single bit of it was changed', () => {
    const sealed = seal(keys, header, plain)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(open(keys, changed).kind, `bit ${bit}`).toBe('refused')
    }
  })

  test('is refused at any length that is not its own', () => {
    const sealed = seal(keys, header, plain)
    for (let length = 0; length < sealed.length; length++)
      expect(open(keys, sealed.subarray(0, length)).kind).toBe('refused')
  })

  test('whatever else lies there is refused without a fault', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => open(keys, bytes).kind === 'refused'))
  })

  test('two sessions, receivers or numbers never share key and nonce: the same text looks different', () => {
    const texts = [
      header,
      { ...header, session: 's2' },
      { ...header, receiver: 'another' },
      { ...header, sender: 'another' },
      { ...header, sequence: 5 },
    ].map(one =>
      Buffer.from(seal(keys, one, plain))
        .subarray(-plain.length - 16)
        .toString('hex'),
    )
    expect(new Set(texts).size).toBe(texts.length)
  })
})

describe('shared keys', () => {
  test('are exchanged without a break: first both are known, then the new one seals, then the old one goes', () => {
    const [before, both, after] = [
      readSealingKeys({ workerKey: base64(1), workerKeySecond: base64(2) }),
      readSealingKeys({ workerKey: base64(2), workerKeySecond: base64(1) }),
      readSealingKeys({ workerKey: base64(2) }),
    ]
    for (const [from, to] of [
      [keys, before],
      [before, keys],
      [before, both],
      [both, before],
      [both, after],
      [after, both],
    ] as const) {
      expect(open(to, seal(from, header, plain)).kind).toBe('opened')
    }
    expect(open(after, seal(keys, header, plain))).toEqual({ kind: 'refused', why: 'key' })
  })

  test('that are missing or too short are named by their variable', () => {
    const fault = (secrets: Parameters<typeof readSealingKeys>[0]) => {
      try {
        readSealingKeys(secrets)
      } catch (error) {
        return error instanceof AppError ? error.details : undefined
      }
      return undefined
    }
    expect(fault({})).toEqual({ key: 'EASEL_WORKER_KEY', problem: { what: 'not-set' } })
    const short = { problem: { what: 'encryption-key' } }
    expect(fault({ workerKey: 'abc' })).toEqual({ key: 'EASEL_WORKER_KEY', ...short })
    expect(fault({ workerKey: base64(1), workerKeySecond: 'abc' })).toEqual({
      key: 'EASEL_WORKER_KEY_SECOND',
      ...short,
    })
  })
})
