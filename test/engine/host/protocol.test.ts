import { describe, expect, test } from 'vitest'
import { packFault, unpackFault, wireFault } from '../../../src/engine/host/fault.ts'
import { messageFromWorker, messageToWorker, protocolVersion } from '../../../src/engine/host/protocol.ts'
import { AppError } from '../../../src/errors/errors.ts'
import { aPaintOrder } from '../../helpers/work-orders.ts'

describe('a fault on the wire', () => {
  test('keeps code, details and retryability through structured cloning', () => {
    const thrown = new AppError('model-file', {
      file: 'unet.safetensors',
      problem: { what: 'truncated', expectedBytes: 9, foundBytes: 8 },
    })
    const arrived = unpackFault(wireFault.parse(structuredClone(packFault(thrown))))
    expect(arrived).toBeInstanceOf(AppError)
    expect(arrived).toMatchObject({ code: thrown.code, details: thrown.details, retryable: false })
  })

  test('wraps whatever else was thrown as internal, with the stack of where it was thrown', () => {
    const thrown = new TypeError('x is not a function')
    const packed = packFault(thrown)
    expect(packed).toMatchObject({ code: 'internal', details: { problem: 'x is not a function' } })
    expect(packed.stack).toBe(thrown.stack)
    expect(packFault('just text')).toMatchObject({ details: { problem: 'just text' } })
  })

  test.each([
    { code: 'no-such-code', details: {} },
    { code: '__proto__', details: {} },
    { code: 'toString', details: {} },
    { code: 'out-of-memory', details: {} },
    { code: 'model-unknown', details: { name: 'a', known: 'b' } },
    { code: 'picture-unusable', details: { problem: { what: 'too-many-bytes', bytes: 'all' } } },
  ])('refuses a code or details that Easel does not know: %j', fault => {
    expect(wireFault.safeParse(fault).success).toBe(false)
  })
})

describe('messages', () => {
  test('an order is validated on arrival and gets its defaults', () => {
    const message = messageToWorker.parse({ kind: 'run', runId: 1, order: aPaintOrder(), sources: {} })
    expect(message).toMatchObject({ order: { fast: false } })
  })

  test.each([
    { kind: 'run', runId: 1, order: { kind: 'paint' }, sources: {} },
    { kind: 'run', runId: 1, order: aPaintOrder(), sources: { a: [1, 2, 3] } },
    { kind: 'run', runId: -1, order: aPaintOrder(), sources: {} },
    { kind: 'start', protocol: 0, setup: {} },
    { kind: 'dance' },
    null,
  ])('nonsense to a worker is refused: %j', message => {
    expect(messageToWorker.safeParse(message).success).toBe(false)
  })

  test.each([
    { kind: 'step', runId: 1, step: 1, steps: 4, elapsedMs: 10 },
    { kind: 'step', runId: 1, step: 1, steps: 4 },
  ])('a worker of an earlier version, and one that says more, are understood: %j', message => {
    expect(messageFromWorker.parse({ ...message, saidByLaterVersions: true })).toEqual(message)
  })

  test.each([
    { kind: 'ready', protocol: protocolVersion + 1, device: 'a newer worker' },
    { kind: 'step', runId: 1, step: 0.5, steps: 4 },
    { kind: 'step', runId: 1, step: Number.NaN, steps: 4 },
    { kind: 'step', runId: 1, step: 1, steps: 4, elapsedMs: -1 },
    { kind: 'done', runId: 1, pictures: [{ bytes: 'abc' }], timings: {} },
    { kind: 'failed', runId: 1, fault: { code: 'internal', details: {} } },
    'done',
  ])('nonsense from a worker is refused: %j', message => {
    expect(messageFromWorker.safeParse(message).success).toBe(false)
  })
})
