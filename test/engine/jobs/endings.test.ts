import { describe, expect, test } from 'vitest'
import { endingAfterAttempt } from '../../../src/engine/jobs/endings.ts'
import { isFinal, jobStates, mayMove } from '../../../src/engine/jobs/job.ts'
import { AppError } from '../../../src/errors/errors.ts'

describe('states', () => {
  test('the final ones are left by nothing, the others by something', () => {
    for (const from of jobStates) {
      expect(jobStates.some(to => mayMove(from, to))).toBe(!isFinal(from))
      expect(mayMove(from, from)).toBe(false)
    }
  })
})

describe('the pause before another try', () => {
  const error = new AppError('out-of-memory', { device: 'cpu' })
  test.each([
    [0, 0, 1000],
    [0, 0.999, 1999],
    [1, 0, 2000],
    [1, 0.999, 3998],
  ])('after %i failures, with chance %f, is %i ms', (failures, chance, delayMs) => {
    expect(
      endingAfterAttempt({ attempt: 1, failures, crashes: 0 }, { kind: 'failed', error }, chance),
    ).toEqual({
      state: 'queued',
      failures: failures + 1,
      crashes: 0,
      delayMs: expect.closeTo(delayMs, -0.5),
    })
  })
})

describe('a job whose machine was lost', () => {
  const error = new AppError('worker-unreachable', { device: 'm/cpu', reason: 'unresponsive' })

  test('waits again as if nothing had been tried', () => {
    expect(
      endingAfterAttempt({ attempt: 19, failures: 2, crashes: 1 }, { kind: 'failed', error }, 0),
    ).toEqual({
      state: 'queued',
      failures: 2,
      crashes: 1,
      delayMs: 0,
    })
  })

  test('is given up when that never ends', () => {
    expect(
      endingAfterAttempt({ attempt: 20, failures: 2, crashes: 0 }, { kind: 'failed', error }, 0),
    ).toMatchObject({
      state: 'failed',
      failure: { code: 'worker-unreachable' },
    })
  })
})
