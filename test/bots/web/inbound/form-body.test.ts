import { ReadableStream } from 'node:stream/web'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commandTooLong, maxCounted } from '../../../../src/app/checks/text-limits.ts'
import { type FormFile, readFormBody } from '../../../../src/bots/web/inbound/form-body.ts'
import { leastUnitsOf, mainThreadMs } from '../../../helpers/measurements/processor-time.ts'

const seed = Number(process.env.SEED) || Date.now() % 2 ** 31

/** A form as a browser sends it. */
async function sent(form: FormData | URLSearchParams): Promise<{ bytes: Uint8Array; type: string }> {
  const response = new Response(form)
  const type = response.headers.get('content-type') ?? ''
  return { bytes: new Uint8Array(await response.arrayBuffer()), type }
}

/** The body in pieces of so many bytes, one in each turn of the event loop, as a socket brings it. */
function inPieces(bytes: Uint8Array, pieceBytes: number): ReadableStream<Uint8Array> {
  let offset = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      await setImmediate()
      if (offset >= bytes.byteLength) return controller.close()
      controller.enqueue(bytes.slice(offset, offset + pieceBytes))
      offset += pieceBytes
    },
  })
}

/** What the platform's own reader makes of a form, which reads it at once. */
async function asPlatformReads(bytes: Uint8Array, type: string) {
  const form = await new Response(Buffer.from(bytes), { headers: { 'content-type': type } }).formData()
  const fields = new Map<string, string | FormFile>()
  for (const [name, value] of form) {
    const isText = typeof value === 'string'
    fields.set(name, isText ? value : { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) })
  }
  return Object.fromEntries(fields)
}

const field = fc.stringMatching(/^[a-z][a-zA-Z-]{0,12}$/)
const text = fc.string({ unit: 'grapheme', maxLength: 60 }).map(value => ({ value, name: undefined }))
const file = fc.record({
  value: fc.uint8Array({ maxLength: 400 }).map(bytes => Uint8Array.from(bytes)),
  name: fc.constantFrom('', 'cat.png', '猫.png'),
})
const fields = fc.array(fc.tuple(field, fc.oneof(text, file)), { maxLength: 8 })

test(`in any pieces, a form is read as the platform reads it (seed ${seed})`, async () => {
  const property = fc.asyncProperty(fields, fc.integer({ min: 1, max: 200 }), async (entries, pieceBytes) => {
    const form = new FormData()
    for (const [name, { value, name: fileName }] of entries) {
      if (fileName === undefined) form.append(name, String(value))
      else form.append(name, new File([value], fileName))
    }
    const { bytes, type } = await sent(form)
    expect(await readFormBody(inPieces(bytes, pieceBytes), type)).toEqual(await asPlatformReads(bytes, type))
  })
  await fc.assert(property, { seed, numRuns: 60 })
})

test(`so is one without files (seed ${seed})`, async () => {
  const property = fc.asyncProperty(fc.array(fc.tuple(field, text)), fc.nat(50), async (entries, more) => {
    const form = new URLSearchParams(entries.map(([name, { value }]): [string, string] => [name, value]))
    const { bytes, type } = await sent(form)
    expect(await readFormBody(inPieces(bytes, 1 + more), type)).toEqual(Object.fromEntries(form))
  })
  await fc.assert(property, { seed, numRuns: 60 })
})

test.each([
  ['a', FormData],
  ['猫', FormData],
  ['🎨', FormData],
  ['a', URLSearchParams],
  ['猫', URLSearchParams],
  ['🎨', URLSearchParams],
])('of a text that is cut, %s in a %O, no length is told that it does not have', async (character, Form) => {
  const form = new Form()
  form.append('text', character.repeat(450_000))
  const { bytes, type } = await sent(form)
  const { text } = await readFormBody(inPieces(bytes, 65_536), type)
  const problem = commandTooLong(typeof text === 'string' ? text : '')
  expect(problem?.details).toMatchObject({ length: { moreThan: maxCounted } })
})

describe('no form', () => {
  test('is one that ends anywhere before its end', async () => {
    const form = new FormData()
    form.append('text', 'a cat')
    form.append('source', new File(['not a picture'], 'cat.png'))
    const { bytes, type } = await sent(form)
    const end = Buffer.from(bytes).lastIndexOf('--')
    for (let length = 0; length < end; length++) {
      await expect(readFormBody(inPieces(bytes.slice(0, length), 16), type)).rejects.toThrow()
    }
  })

  test.each([
    ['with files', FormData],
    ['without files', URLSearchParams],
  ])('is one of more fields than any form has, %s', async (_, Form) => {
    const form = new Form()
    for (let i = 0; i < 1000; i++) form.append(`field${i}`, 'x')
    const { bytes, type } = await sent(form)
    await expect(readFormBody(inPieces(bytes, 1000), type)).rejects.toThrow('at most 100')
  })

  test.each(['', 'text/plain', 'application/json', 'multipart/form-data'])(
    'is of the type %j',
    async type => {
      await expect(readFormBody(inPieces(Buffer.from('text=a'), 100), type)).rejects.toThrow()
    },
  )
})

/** The most processor time of the main thread between two turns of the event loop. */
async function longestBlockMs(work: Promise<unknown>): Promise<number> {
  let maxMs = 0
  let isOver = false
  const over = work.finally(() => (isOver = true))
  for (let beganMs = mainThreadMs(process.pid); !isOver; ) {
    await setImmediate()
    const nowMs = mainThreadMs(process.pid)
    maxMs = Math.max(maxMs, nowMs - beganMs)
    beganMs = nowMs
  }
  await over
  return maxMs
}

test.each(['files', 'one text', 'one text without files'])(
  'a large form costs the main thread no long block: %s',
  async content => {
    const form = content === 'one text without files' ? new URLSearchParams() : new FormData()
    if (form instanceof FormData && content === 'files') {
      for (const name of ['a', 'b', 'c', 'd']) form.append(name, new File([Buffer.alloc(10_000_000)], name))
    } else form.append('text', '猫'.repeat(form instanceof FormData ? 13_000_000 : 1_100_000))
    const { bytes, type } = await sent(form)
    const boundUnits = 50
    const block = () => longestBlockMs(readFormBody(inPieces(bytes, 65_536), type))
    const units = await leastUnitsOf(boundUnits, block)
    process.stdout.write(
      `a large form, ${content}: the longest block is ${units.toFixed(0)} of ${boundUnits} units\n`,
    )
    expect(units).toBeLessThan(boundUnits)
  },
)
