/** What a machine may ask of a gateway's disk, and nothing besides. */
import { expect, test } from 'vitest'
import { cachedForms } from '../../../src/common/choices.ts'
import { chunkBytes, maxPending } from '../../../src/remote/models/model-messages.ts'
import { ModelServer } from '../../../src/remote/models/model-server.ts'
import { servedModel } from '../../helpers/remote/model-channel.ts'

const unknown = '0'.repeat(64)

/** The replies to messages that come one by one; 'broken' ends the channel. */
async function replies(messages: readonly unknown[], atOnce = false, form = '') {
  const files = await servedModel(['ink.safetensors'], [{ path: [], bytes: Buffer.from('weights') }])
  const model = { ...files, hash: files.hash + form }
  const seen: unknown[] = []
  let answer: () => void = () => {}
  const server = new ModelServer({
    models: [model],
    send: reply => {
      seen.push(reply)
      answer()
    },
    onBroken: () => {
      seen.push('broken')
      answer()
    },
    onError: () => {},
  })
  const withHash = messages.map(message => JSON.parse(JSON.stringify(message).replaceAll('HASH', model.hash)))
  for (const message of withHash) {
    const answered = new Promise<void>(resolve => {
      answer = resolve
    })
    server.receive(message)
    if (!atOnce) await answered
  }
  return seen
}

test('a served model is described without a path of the gateway’s, and read by number', async () => {
  const [list, described, chunk, checksum] = await replies([
    { kind: 'list' },
    { kind: 'describe', hash: 'HASH' },
    { kind: 'read', hash: 'HASH', file: 0, offset: 3 },
    { kind: 'checksum', hash: 'HASH', file: 0, bytes: 0 },
  ])
  expect(list).toEqual({ kind: 'list', models: [{ name: 'ink.safetensors', hash: expect.any(String) }] })
  expect(described).toEqual({
    kind: 'model',
    place: ['ink.safetensors'],
    files: [{ path: [], bytes: 7, sha256: expect.any(String) }],
  })
  expect(chunk).toEqual({ kind: 'chunk', bytes: Buffer.from('ghts') })
  // Of no bytes.
  expect(checksum).toMatchObject({ sha256: expect.stringMatching(/^e3b0c44298fc1c14/) })
})

test.each(cachedForms)('a model with its weights %s is served by the hash that it has then', async form => {
  const [described, chunk] = await replies(
    [
      { kind: 'describe', hash: 'HASH' },
      { kind: 'read', hash: 'HASH', file: 0, offset: 0 },
    ],
    false,
    `-${form}`,
  )
  expect(described).toMatchObject({ kind: 'model', place: ['ink.safetensors'] })
  expect(chunk).toEqual({ kind: 'chunk', bytes: Buffer.from('weights') })
})

test('what belongs to no served model is unavailable', async () => {
  expect(
    await replies([
      { kind: 'describe', hash: unknown },
      { kind: 'read', hash: unknown, file: 0, offset: 0 },
      { kind: 'read', hash: 'HASH', file: 1, offset: 0 },
      { kind: 'checksum', hash: 'HASH', file: 9, bytes: 4 },
    ]),
  ).toEqual(Array.from({ length: 4 }, () => ({ kind: 'unavailable' })))
  expect(await replies([{ kind: 'read', hash: 'HASH', file: 0, offset: 10 * chunkBytes }])).toEqual([
    { kind: 'chunk', bytes: Buffer.alloc(0) },
  ])
})

test.each([
  { kind: 'read', hash: '../../etc/passwd', file: 0, offset: 0 },
  { kind: 'read', hash: 'HASH', file: '/etc/passwd', offset: 0 },
  { kind: 'read', hash: 'HASH', file: -1, offset: 0 },
  { kind: 'read', hash: 'HASH', file: 0, offset: -1 },
  { kind: 'read', hash: 'HASH', file: 0, offset: 0.5 },
  { kind: 'open', path: '/etc/passwd' },
  'list',
  null,
])('another message ends the channel: %j', async message => {
  expect(await replies([message])).toEqual(['broken'])
})

test('more requests at a time than agreed end the channel', async () => {
  const read = { kind: 'read', hash: 'HASH', file: 0, offset: 0 }
  const seen = await replies(
    Array.from({ length: maxPending + 1 }, () => read),
    true,
  )
  expect(seen[0]).toBe('broken')
})
