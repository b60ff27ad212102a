import { expect, it } from 'vitest'
import { isLoopback } from '../../src/common/loopback.ts'

it.each(['127.0.0.1', '127.8.0.1', '::1', '[::1]', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'])(
  '%s is this machine',
  host => {
    expect(isLoopback(host)).toBe(true)
  },
)

it.each(['10.0.0.1', '127.0.0.1.evil', '128.0.0.1', '::2', 'localhost.evil'])(
  '%s is another machine',
  host => {
    expect(isLoopback(host)).toBe(false)
  },
)
