/** One model from a gateway's disk to a machine's, whatever happens on the way. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { hasCode } from '../../../src/errors/errors.ts'
import { fetchModel, removePartial } from '../../../src/remote/models/fetch-model.ts'
import { chunkBytes, type ModelReply, maxPending } from '../../../src/remote/models/model-messages.ts'
import { seededRandom } from '../../helpers/random/seeded-random.ts'
import { openChannel, servedModel } from '../../helpers/remote/model-channel.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const random = seededRandom('models that are fetched')
const place = ['demo', 'base']
const room = async () => Number.MAX_SAFE_INTEGER

function someBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let i = 0; i < length; i += 4)
    bytes.writeUInt32LE((random.next() * 2 ** 32) >>> 0, Math.min(i, length - 4))
  return bytes
}

/** A folder with weights of several chunks, an empty file, and one that ends with a chunk. */
const files = [
  { path: ['model_index.json'], bytes: Buffer.from('{}') },
  { path: ['unet', 'diffusion_pytorch_model.safetensors'], bytes: someBytes(5 * chunkBytes + 12_345) },
  { path: ['unet', 'empty.txt'], bytes: Buffer.alloc(0) },
  { path: ['vae', 'diffusion_pytorch_model.safetensors'], bytes: someBytes(chunkBytes) },
]
const totalBytes = files.reduce((total, { bytes }) => total + bytes.length, 0)

let folder = ''
let model: Awaited<ReturnType<typeof servedModel>>
beforeEach(async () => {
  folder = tempFolder()
  model = await servedModel(place, files)
})

const target = () => join(folder, ...place)
/** That of the only machine. */
const partial = () =>
  join(folder, 'demo', readdirSync(join(folder, 'demo')).find(name => name.startsWith('.base.')) ?? '')

function expectWhole(): void {
  for (const { path, bytes } of files) expect(readFileSync(join(target(), ...path)).equals(bytes)).toBe(true)
  expect(readdirSync(dirname(target()))).toEqual(['base'])
}

async function fetchOnce(
  onReply?: (reply: ModelReply, count: number) => ModelReply | undefined,
  { freeBytes = room, machine = 'm1', fetched = new Set<string>() } = {},
) {
  const channel = openChannel([model], onReply)
  const told: number[] = []
  let error: unknown
  await fetchModel(
    channel.requests,
    model.hash,
    { modelsDir: folder, machine, freeBytes, fetched },
    (doneBytes, total) => {
      expect(total).toBe(totalBytes)
      told.push(doneBytes)
    },
  ).catch(thrown => {
    error = thrown
  })
  return { channel, told, error }
}

function problemOf(error: unknown): unknown {
  return hasCode(error, 'model-fetch') || hasCode(error, 'file') ? error.details.problem : error
}

test('a model of several files arrives whole, with its progress, and a few chunks at a time', async () => {
  const { channel, told, error } = await fetchOnce()
  expect(error).toBeUndefined()
  expectWhole()
  expect(told).toEqual([...told].sort((a, b) => a - b))
  expect([told[0], told.at(-1)]).toEqual([0, totalBytes])
  expect(channel.mostPending).toBe(maxPending)
  expect(channel.isBroken).toBe(false)
})

test('a model of one file arrives under its own name', async () => {
  const bytes = someBytes(3 * chunkBytes)
  model = await servedModel(['loras', 'ink.safetensors'], [{ path: [], bytes }])
  const channel = openChannel([model])
  await fetchModel(
    channel.requests,
    model.hash,
    { modelsDir: folder, machine: 'm1', freeBytes: room, fetched: new Set() },
    () => {},
  )
  expect(readFileSync(join(folder, 'loras', 'ink.safetensors')).equals(bytes)).toBe(true)
  expect(readdirSync(join(folder, 'loras'))).toEqual(['ink.safetensors'])
})

test('lost at any moment, and again, it asks only for what is missing', async () => {
  let askedBytes = 0
  for (let isWhole = false; !isWhole; ) {
    const until = 1 + Math.floor(random.next() * 6)
    const { channel, error } = await fetchOnce((reply, count) => {
      if (count >= until && reply.kind !== 'model') return undefined
      if (reply.kind === 'chunk') askedBytes += reply.bytes.length
      return reply
    })
    isWhole = error === undefined
    if (!isWhole) {
      expect(problemOf(error)).toEqual({ what: 'lost' })
      expect(existsSync(target())).toBe(false)
    }
    expect(channel.isBroken).toBe(false)
  }
  expectWhole()
  // What came in one try was never asked for in another.
  expect(askedBytes).toBe(totalBytes)
})

test('machines that share a models folder fetch at the same time, and both have the whole model', async () => {
  const ends = await Promise.all(
    ['m1', 'm2', 'm3'].map(async (machine, i) => {
      for (let turn = 0; turn < 40 * i; turn++) await setImmediate()
      return fetchOnce(undefined, { machine })
    }),
  )
  expect(ends.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
  expectWhole()
})

test('a model that was copied by hand meanwhile is there: nothing of it is asked for', async () => {
  await fetchOnce((reply, count) => (count >= 5 ? undefined : reply))
  for (const { path, bytes } of files) {
    mkdirSync(dirname(join(target(), ...path)), { recursive: true })
    writeFileSync(join(target(), ...path), bytes)
  }
  const { error, channel } = await fetchOnce()
  expect(error).toBeUndefined()
  expect(channel.asked.map(({ kind }) => kind)).toEqual(['describe'])
  expectWhole()
})

test('a machine that was stopped while another one fetched removes its own partial files, and nobody else’s', async () => {
  const stop = (reply: ModelReply, count: number) => (count >= 5 ? undefined : reply)
  for (const machine of ['m1', 'm2']) await fetchOnce(stop, { machine })
  await removePartial(target(), 'm1')
  // The model is not in place yet, so the rest can still be fetched.
  expect(readdirSync(dirname(target()))).toHaveLength(2)
  await fetchOnce(undefined, { machine: 'm3' })
  expect(readdirSync(dirname(target()))).toHaveLength(3)
  await removePartial(target(), 'm1')
  expect(readdirSync(dirname(target()))).toHaveLength(2)
  await removePartial(target(), 'm2')
  expectWhole()
})

describe('refused', () => {
  test('what is there with a flipped byte: the file comes anew', async () => {
    await fetchOnce((reply, count) => (count >= 5 ? undefined : reply))
    const weights = join(partial(), 'unet', 'diffusion_pytorch_model.safetensors')
    const bytes = readFileSync(weights)
    expect(bytes.length).toBeGreaterThan(0)
    const at = Math.floor(random.next() * bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(weights, bytes)
    const { error, channel } = await fetchOnce()
    expect(error).toBeUndefined()
    expectWhole()
    expect(channel.asked).toContainEqual({ kind: 'read', hash: model.hash, file: 1, offset: 0 })
  })

  test('a file that changed on the gateway’s disk: nothing takes the model’s place, and it is named with both hashes', async () => {
    const [, weights] = model.written
    const bytes = readFileSync(weights?.file ?? '')
    const at = Math.floor(random.next() * bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ 0x80
    writeFileSync(weights?.file ?? '', bytes)
    const { error } = await fetchOnce()
    expect(problemOf(error)).toMatchObject({ what: 'damaged', expected: weights?.sha256 })
    expect(existsSync(target())).toBe(false)
    // Its right bytes come at the next try.
    writeFileSync(weights?.file ?? '', files[1]?.bytes ?? '')
    expect((await fetchOnce()).error).toBeUndefined()
    expectWhole()
  })

  test('a model that has no room, before its first byte', async () => {
    const { error, told, channel } = await fetchOnce(undefined, { freeBytes: async () => totalBytes - 1 })
    expect(problemOf(error)).toEqual({
      what: 'no-room',
      neededBytes: totalBytes,
      freeBytes: totalBytes - 1,
    })
    expect(told).toEqual([])
    expect(channel.asked.map(({ kind }) => kind)).toEqual(['describe'])
    expect(readdirSync(join(folder, 'demo'))).toEqual([])
  })

  test('only the rest needs room', async () => {
    await fetchOnce((reply, count) => (count >= 4 ? undefined : reply))
    const there = statSync(join(partial(), 'unet', 'diffusion_pytorch_model.safetensors')).size
    const rest = totalBytes - there - (files[0]?.bytes.length ?? 0)
    expect((await fetchOnce(undefined, { freeBytes: async () => rest - 1 })).error).toBeDefined()
    expect((await fetchOnce(undefined, { freeBytes: async () => rest })).error).toBeUndefined()
    expectWhole()
  })

  test('a model whose name other files have, which stay', async () => {
    await fetchOnce()
    writeFileSync(join(target(), 'model_index.json'), 'mine')
    const { error } = await fetchOnce()
    expect(problemOf(error)).toEqual({ what: 'occupied', path: target() })
    expect(readFileSync(join(target(), 'model_index.json'), 'utf8')).toBe('mine')
  })

  test('a model that was fetched, and still is not held: none of its files is read again', async () => {
    await fetchOnce()
    const { error } = await fetchOnce(undefined, { fetched: new Set([model.hash]) })
    expect(problemOf(error)).toEqual({ what: 'other-hash', path: target() })
    expectWhole()
  })

  test.each([[['..', 'evil']], [['.hidden']], [['a/b']], [['a\\b']], [['C:evil']], [['']], [['a\0b']], [[]]])(
    'a place that leads out of the models folder: %j',
    async evil => {
      const { error } = await fetchOnce(reply => (reply.kind === 'model' ? { ...reply, place: evil } : reply))
      expect(problemOf(error)).toEqual({ what: 'unavailable' })
      expect(readdirSync(folder)).toEqual([])
    },
  )

  test.each([[['..', 'evil']], [['.ssh']], [['a/../../b']]])('a file outside its model: %j', async evil => {
    const { error } = await fetchOnce(reply =>
      reply.kind === 'model'
        ? { ...reply, files: reply.files.map(file => ({ ...file, path: evil })) }
        : reply,
    )
    expect(problemOf(error)).toEqual({ what: 'unavailable' })
    expect(readdirSync(folder)).toEqual([])
  })
})
