import { expect, test } from 'vitest'
import { readErrorDetails } from '../../src/errors/error-details.ts'

test.each([
  ['device-failed', {}],
  ['device-unusable', { lack: 'driver' }],
] as const)('a stored %s of version 0.2 keeps what the runtime said', (code, more) => {
  const details = { device: 'cuda:0', ...more, message: 'CUDA failure 999: unknown error' }
  const { message, ...rest } = details
  expect(readErrorDetails(code, { ...rest, said: message })).toMatchObject(details)
  expect(readErrorDetails(code, details)).toEqual(details)
})

test('a device’s fault without a message is not read', () => {
  expect(readErrorDetails('device-failed', { device: 'cuda:0' })).toBeUndefined()
})
