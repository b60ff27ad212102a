import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LogLevel } from '../../src/common/choices.ts'
import { AppError } from '../../src/errors/errors.ts'
import { createLogger } from '../../src/system/log.ts'
import type { Logger } from '../../src/system/ports.ts'
import { FakeClock } from '../fakes/fake-clock.ts'

const discordToken = 'MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB'
const slackToken = 'xoxb-123456789012-abcdefghijklmnop'

function recorder(level: LogLevel = 'debug', secrets: string[] = []): { log: Logger; lines: string[] } {
  const lines: string[] = []
  const log = createLogger({ level, secrets, clock: new FakeClock(0), write: line => lines.push(line) })
  return { log, lines }
}

describe('a log line', () => {
  test('is one JSON object with level, time and message', () => {
    const { log, lines } = recorder()
    log.child({ device: 'cpu' }).info({ jobId: 'j1' }, 'job started')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: '1970-01-01T00:00:00.000Z',
      device: 'cpu',
      jobId: 'j1',
      msg: 'job started',
    })
  })

  test('is written at level silent for defects alone, which people are told are logged', () => {
    const { log, lines } = recorder('silent')
    const child = log.child({ platform: 'web' })
    child.info({}, 'started')
    child.error({ error: new AppError('storage', { problem: { what: 'disk-full' } }) }, 'not stored')
    expect(lines).toEqual([])
    child.error({ error: new AppError('internal', { problem: 'x is not a function' }) }, 'the command failed')
    expect(lines).toHaveLength(1)
  })

  test('parses and contains no raw control character, for any content', () => {
    const control = '\u0000\u001b[31m\u009b2J\r\n\u2028\u202e\u007f'
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withTypedArray: true }),
        fc.string(),
        (value, text) => {
          const { log, lines } = recorder()
          log.warn({ value, [text]: text + control }, text + control)
          expect(lines).toHaveLength(1)
          const line = lines[0] ?? ''
          expect(() => JSON.parse(line)).not.toThrow()
          expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u)
        },
      ),
    )
  })

  test('spells out errors with code, details and cause', () => {
    const { log, lines } = recorder()
    const error = new AppError('storage', { problem: { what: 'disk-full' } }, new Error('SQLITE_FULL'))
    log.error({ error }, 'cannot write')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      error: {
        code: 'storage',
        details: { problem: { what: 'disk-full' } },
        cause: { message: 'SQLITE_FULL' },
      },
    })
  })

  test('survives a cycle and counts bytes instead of printing them', () => {
    const { log, lines } = recorder()
    const cycle: Record<string, unknown> = { preview: new Uint8Array(1000) }
    cycle.self = cycle
    log.info(cycle, 'round')
    expect(lines[0]).toContain('[1000 bytes]')
    expect(lines[0]).toContain('[deeper]')
  })
})

describe('secrets', () => {
  test('are redacted by value, also where JSON escapes them or an error quotes them', () => {
    const secret = 'hunter2"with\\odd\ncharacters'
    const { log, lines } = recorder('debug', [secret])
    log.error({ error: new Error(`refused: ${secret}`), deep: { list: [secret] } }, `token ${secret}`)
    expect(lines.join('')).not.toContain('hunter2')
    expect(() => JSON.parse(lines[0] ?? '')).not.toThrow()
  })

  test.each([discordToken, slackToken, 'xapp-1-A012345-678-abcdef', 'Bearer abcdefghijklmnopqrstuvwx'])(
    'are redacted by pattern: %s',
    token => {
      const { log, lines } = recorder()
      log.info({ header: `authorization: ${token}` }, token)
      expect(lines[0]).not.toContain(token)
      expect(lines[0]).toContain('[secret]')
    },
  )

  test('that are too short to be secrets leave the lines as they are', () => {
    const { log, lines } = recorder('debug', ['', '"', 'level'])
    log.info({}, 'level')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', msg: 'level' })
  })
})

describe('prompts', () => {
  const fields = { order: { prompt: { positive: 'a red circle' } }, promptAsTyped: 'a red circle' }

  test.each(['info', 'warn', 'error'] as const)('are left out at %s', level => {
    const { log, lines } = recorder()
    log[level](fields, 'accepted')
    log.child(fields)[level]({}, 'accepted')
    expect(lines.join('')).not.toContain('red circle')
    expect(lines).toHaveLength(2)
  })

  test('are there at debug', () => {
    const { log, lines } = recorder()
    log.debug(fields, 'accepted')
    expect(lines[0]).toContain('a red circle')
  })
})

test('lines below the level are not written', () => {
  const { log, lines } = recorder('warn')
  log.info({}, 'quiet')
  log.warn({}, 'loud')
  expect(lines).toHaveLength(1)
})
