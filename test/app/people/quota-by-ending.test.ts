/** What a job has used of its person's quota in the end, by the cause of its ending. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { maxClaims, maxFailures } from '../../../src/engine/jobs/endings.ts'
import type { JobState } from '../../../src/engine/jobs/job.ts'
import { AppError } from '../../../src/errors/errors.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { running, runningAgain } from '../../helpers/run-under-way.ts'

const badFile = new AppError('model-file', { file: 'unet', problem: { what: 'missing' } })
const outOfMemory = new AppError('out-of-memory', { device: 'fake:0' })
const unreachable = new AppError('worker-unreachable', { device: 'fake:0', reason: 'no answer' })

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel({
    devices: [new FakeWorkers({ mode: 'by-hand' })],
    config: { limits: { quotaPictures: 4, maxWaitHours: 1 } },
  })
})
afterEach(() => t.dispose())

/** A step of how a job ends. */
type End = (jobId: string) => Promise<void>

/** Two pictures of Ada's. */
async function ask(): Promise<string> {
  const outcome = await t.easel.imagine({ prompt: 'a circle', count: 2 }, t.caller())
  const id = outcome.kind === 'accepted' ? outcome.jobs[0]?.id : undefined
  if (id === undefined) throw new Error(outcome.kind)
  return id
}

async function painting(): Promise<string> {
  const id = await ask()
  await running(t)
  t.workers.current.step(3)
  return id
}

/** Behind a job of another person's. */
async function waiting(): Promise<string> {
  await t.ask('first', t.callerNamed('ben'))
  await running(t)
  return ask()
}

function press(kind: 'cancel' | 'delete', caller = () => t.caller()): End {
  return async jobId => {
    const { kind: outcome } = await t.easel.act({ kind, jobId }, caller())
    expect(outcome).toBe(kind === 'cancel' ? 'cancelled' : 'deleted')
  }
}

async function refuse(jobId: string): Promise<void> {
  expect((await t.easel.cancelUnopened(jobId, t.caller())).kind).toBe('cancelled')
}

const fails = (error: AppError) => async () => t.workers.current.fail(error)

async function failsThrice(): Promise<void> {
  t.workers.current.fail(outOfMemory)
  for (let i = 0; i < 2; i++) {
    await runningAgain(t)
    t.workers.current.fail(outOfMemory)
  }
}

async function crashesTwice(): Promise<void> {
  t.workers.current.die()
  await runningAgain(t)
  t.workers.current.die()
}

async function losesEveryMachine(): Promise<void> {
  for (let i = 1; i < maxClaims; i++) {
    t.workers.current.fail(unreachable)
    await runningAgain(t)
  }
  for (let i = 0; i < maxFailures; i++) {
    t.workers.current.fail(unreachable)
    if (i < maxFailures - 1) await runningAgain(t)
  }
}

async function waitsTooLong(): Promise<void> {
  for (let i = 0; i < 13; i++) {
    t.workers.current.loading()
    t.clock.advance(300_000)
  }
}

async function damage(jobId: string): Promise<void> {
  t.built.db.client.sqlite.prepare("UPDATE jobs SET work_order = '{}' WHERE id = ?").run(jobId)
}

const moderator = () => ({
  ...t.callerNamed('mo'),
  rights: { member: true, moderator: true, admin: false },
})

const causes: [name: string, used: 0 | 2, state: JobState, begin: () => Promise<string>, ends: End[]][] = [
  ['it is done', 2, 'done', painting, []],
  ['it is done, and deleted afterwards', 2, 'done', painting, [finished, press('delete')]],
  // What is painted for a person counts, because it took a device's time.
  ['the person cancels it while it is painted', 2, 'cancelled', painting, [press('cancel')]],
  ['the person deletes it while it is painted', 2, 'cancelled', painting, [press('delete')]],
  ['a moderator cancels it while it is painted', 2, 'cancelled', painting, [press('cancel', moderator)]],
  ['the person cancels it while it waits', 0, 'cancelled', waiting, [press('cancel')]],
  ['the person deletes it while it waits', 0, 'cancelled', waiting, [press('delete')]],
  ['a moderator cancels it while it waits', 0, 'cancelled', waiting, [press('cancel', moderator)]],
  ['its conversation refuses the bot while it waits', 0, 'cancelled', waiting, [refuse]],
  ['its conversation refuses the bot while it is painted', 0, 'cancelled', painting, [refuse]],
  ['it fails for good', 0, 'failed', painting, [fails(badFile)]],
  ['it fails three times', 0, 'failed', painting, [failsThrice]],
  ['it takes two workers down', 0, 'dead', painting, [crashesTwice]],
  ['machines are lost again and again', 0, 'failed', painting, [losesEveryMachine]],
  ['it fails after the person deleted it', 0, 'cancelled', painting, [press('delete'), fails(outOfMemory)]],
  ['it fails after the person cancelled it', 0, 'cancelled', painting, [press('cancel'), fails(outOfMemory)]],
  ['it waits too long', 0, 'expired', waiting, [waitsTooLong]],
  ['its record is damaged while it waits', 0, 'failed', waiting, [damage]],
  ['its record is damaged while it is painted', 0, 'failed', painting, [damage]],
]

/** Whatever is still being painted, ends as it was told to. */
async function finished(): Promise<void> {
  while (!t.isIdle) {
    await t.until(() => t.isIdle || t.workers.underway.length > 0)
    for (const run of t.workers.underway) {
      run.step()
      if (!run.ended) run.finish()
    }
  }
}

test.each(causes)('%s: %i pictures count, and it is %s', async (_, used, state, begin, ends) => {
  const jobId = await begin()
  for (const end of ends) await end(jobId)
  await finished()
  await t.settled()
  expect(t.built.db.jobs.inState(state).map(({ id }) => id)).toContain(jobId)
  expect(t.easel.usage(t.caller().person)).toMatchObject({ jobs: 1, pictures: used, left: 4 - used })
})
