/** The examples of protobuf.dev/programming-guides/encoding, and lengths of more than one byte. */
import { expect, test } from 'vitest'
import { ProtoWriter } from '../../../src/engine/onnx/proto-writer.ts'

const written = (write: (to: ProtoWriter) => void): string => {
  const to = new ProtoWriter()
  write(to)
  return Buffer.from(to.bytes).toString('hex')
}

test.each<[string, (to: ProtoWriter) => void, string]>([
  ['an integer', to => to.int(1, 150), '089601'],
  ['a negative integer, in ten bytes', to => to.int(1, -2), '08feffffffffffffffff01'],
  ['an integer beyond 32 bits', to => to.int(1, 2 ** 35), '08808080808001'],
  ['a float', to => to.float(2, 1.5), '150000c03f'],
  ['a text', to => to.text(2, 'testing'), '120774657374696e67'],
  ['bytes', to => to.data(2, Uint8Array.of(1, 2)), '12020102'],
  ['a message in a message', to => to.nested(3, () => to.int(1, 150)), '1a03089601'],
  ['an empty message', to => to.nested(3, () => {}), '1a00'],
  ['a field number above 15', to => to.int(20, 7), 'a00107'],
])('%s', (_, write, hex) => {
  expect(written(write)).toBe(hex)
})

test('messages that outgrow the buffer, and whose lengths take three bytes, hold their fields in order', () => {
  const text = 'é'.repeat(40_000)
  const hex = written(to =>
    to.nested(1, () => {
      to.nested(2, () => to.text(3, text))
      to.int(4, 5)
    }),
  )
  const inner = `1a80f104${Buffer.from(text).toString('hex')}`
  const nested = `1284f104${inner}2005`
  expect(hex).toBe(`0a8af104${nested}`)
})
