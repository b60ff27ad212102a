/** Replies of Redis as they are assembled from reads of any size. */
import { expect, test } from 'vitest'
import { ReplyAssembler } from '../../../src/remote/redis/reply-assembler.ts'
import { seededRandom } from '../../helpers/random/seeded-random.ts'

const maxBytes = 4096

/** What the assembler passes on, copied while it is valid. One memory is used for all reads. */
function passed(bytes: Buffer, nextLength: () => number): Buffer[] {
  const assembler = new ReplyAssembler(maxBytes)
  const memory = Buffer.alloc(bytes.length)
  const replies: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const read = memory.subarray(0, bytes.copy(memory, 0, at, at + nextLength()))
    assembler.push(read, reply => replies.push(Buffer.from(reply)))
    memory.fill(0xee)
    at += read.length
  }
  return replies
}

const bulk = (value: Buffer) =>
  Buffer.concat([Buffer.from(`$${value.length}\r\n`), value, Buffer.from('\r\n')])

test('a value is one block of bytes however it is read, and so is each short reply', () => {
  const random = seededRandom('replies')
  for (let round = 0; round < 300; round++) {
    const replies = Array.from({ length: 1 + random.below(6) }, () =>
      random.pick([
        Buffer.from('+OK\r\n'),
        Buffer.from('-NOPERM no permission\r\n'),
        Buffer.from(':17\r\n'),
        Buffer.from('$-1\r\n'),
        bulk(Buffer.alloc(random.below(3000), '$9\r\n')),
      ]),
    )
    const longest = random.pick([1, 7, 1000, 10_000])
    const found = passed(Buffer.concat(replies), () => 1 + random.below(longest))
    expect(found.map(String)).toEqual(replies.map(String))
  }
})

test.each([
  ['an array', Buffer.from('*2\r\n$1\r\na\r\n$1\r\nb\r\n')],
  ['a value that is too long', bulk(Buffer.alloc(maxBytes, 'x'))],
  ['a length that is none', Buffer.from('$x\r\nabc')],
  ['a line without an end', Buffer.alloc(3000, '+')],
])('%s passes as it is read, and so does everything after it', (_, odd) => {
  const bytes = Buffer.concat([Buffer.from('+OK\r\n'), odd, Buffer.from('+OK\r\n')])
  for (const length of [1, 5, bytes.length])
    expect(String(Buffer.concat(passed(bytes, () => length)))).toBe(String(bytes))
})

test('the memory for long values is used again', () => {
  const assembler = new ReplyAssembler(maxBytes)
  const memories = new Set<ArrayBufferLike>()
  for (let i = 0; i < 3; i++)
    assembler.push(bulk(Buffer.alloc(2000 - i)), ({ buffer }) => memories.add(buffer))
  expect(memories.size).toBe(1)
})
