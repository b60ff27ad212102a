/** A job's life on the real store against a model of a few lines: whatever happens, in whatever order. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recover } from '../../src/app/recover.ts'
import { endingAfterAttempt, maxCrashes, maxFailures } from '../../src/engine/jobs/endings.ts'
import { isFinal, type JobState } from '../../src/engine/jobs/job.ts'
import type { Claim, Ending } from '../../src/engine/jobs/job-store.ts'
import { AppError } from '../../src/errors/errors.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { RememberingLog } from '../fakes/fake-parts.ts'
import { paintedFor } from '../fakes/fake-workers.ts'
import { redCircleOrder } from '../helpers/job-views.ts'
import { addJob, openDatabase } from '../helpers/open-database.ts'

const happenings = [
  'claim',
  'finish',
  'fail',
  'fault',
  'crash',
  'release',
  'ask-cancel',
  'cancel-running',
  'cancel-queued',
  'expire',
  'reboot',
  'stale-finish',
  'stale-fault',
] as const
type Happening = (typeof happenings)[number]

/** A job whose cancel was accepted is cancelled by each of them. */
const endingsWithoutPicture = new Set<Happening>(['fail', 'fault', 'crash', 'release', 'reboot'])

/** What must be true of a job, from what happened to it. */
class Model {
  state: JobState = 'queued'
  failures = 0
  crashes = 0
  attempt = 0
  #isCancelAsked = false

  apply(happening: Happening): void {
    if (this.state === 'queued') this.#whileQueued(happening)
    else if (this.state === 'running') this.#whileRunning(happening)
  }

  #whileQueued(happening: Happening): void {
    if (happening === 'claim') {
      this.state = 'running'
      this.attempt += 1
    }
    if (happening === 'cancel-queued') this.state = 'cancelled'
    if (happening === 'expire') this.state = 'expired'
  }

  #whileRunning(happening: Happening): void {
    if (happening === 'finish') this.state = 'done'
    if (happening === 'ask-cancel') this.#isCancelAsked = true
    if (happening === 'cancel-running') this.state = 'cancelled'
    if (!this.#isCancelAsked) this.#whileWanted(happening)
    else if (endingsWithoutPicture.has(happening)) this.state = 'cancelled'
  }

  #whileWanted(happening: Happening): void {
    if (happening === 'fail') {
      this.state = 'failed'
      this.failures += 1
    }
    if (happening === 'release') this.state = 'queued'
    if (happening === 'fault') this.#countFailure()
    if (happening === 'crash' && !this.#countCrash()) this.#countFailure()
    if (happening === 'reboot') {
      // Under suspicion, and no more than that.
      this.state = 'queued'
      this.crashes = Math.max(1, this.crashes)
    }
  }

  #countFailure(): void {
    this.state = this.failures + 1 >= maxFailures ? 'failed' : 'queued'
    this.failures += 1
  }

  /** Whether it is dead of it. */
  #countCrash(): boolean {
    if (this.crashes + 1 >= maxCrashes) this.state = 'dead'
    this.crashes += 1
    return this.state === 'dead'
  }
}

const outOfMemory = new AppError('out-of-memory', { device: 'cpu' })
const workerDied = new AppError('worker-died', { device: 'cpu', reason: 'SIGSEGV' })
const badConfig = new AppError('model-config', {
  file: 'config.json',
  key: 'act_fn',
  problem: { what: 'value', found: '"relu"', supported: ['"silu"'] },
})

function endingOf(happening: Happening, claim: Claim): Ending | undefined {
  switch (happening) {
    case 'finish':
    case 'stale-finish':
      return endingAfterAttempt(claim, { kind: 'done', loadMs: 0, pictures: paintedFor(smallOrder) }, 0)
    case 'fail':
      return endingAfterAttempt(claim, { kind: 'failed', error: badConfig }, 0)
    case 'fault':
    case 'stale-fault':
      return endingAfterAttempt(claim, { kind: 'failed', error: outOfMemory }, 0)
    case 'crash':
      return endingAfterAttempt(claim, { kind: 'failed', error: workerDied }, 0)
    case 'release':
      return endingAfterAttempt(claim, { kind: 'released' }, 0)
    case 'cancel-running':
      return endingAfterAttempt(claim, { kind: 'cancelled' }, 0)
    default:
      return undefined
  }
}

const lives = Number(process.env.EASEL_LIVES ?? 2000)
/** Another one at every run, unless SEED names it; a failure prints it. */
const seed = Number(process.env.SEED) || Date.now() % 2 ** 31

const smallOrder = redCircleOrder({ widthPx: 8, heightPx: 8 })

test('thousands of lives agree with the model, and each leaves what it must', {
  timeout: 60_000 + lives * 100,
}, async () => {
  const db = openDatabase()
  let jobs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...happenings), { maxLength: 14 }), async life => {
      jobs += 1
      const id = `job-${jobs}`
      await addJob(db, id)
      const model = new Model()
      let claim: Claim | undefined
      let stale: Claim | undefined
      for (const happening of life) {
        if (happening === 'claim') {
          const claimed = await db.jobStore.claim(id, 'cpu')
          if (claimed && claimed !== 'device-paused') [stale, claim] = [claim ?? stale, claimed]
        } else if (happening === 'cancel-queued') await db.write(() => db.jobStore.endQueued(id, 'cancelled'))
        else if (happening === 'ask-cancel') await db.write(() => db.jobs.requestCancel(id, 1))
        else if (happening === 'expire') await db.jobStore.expire(id)
        else if (happening === 'reboot')
          await recover({ db, clock: new FakeClock(), log: new RememberingLog() })
        else {
          const holder = happening.startsWith('stale') ? stale : claim
          const ending = holder && endingOf(happening, holder)
          if (holder && ending) await db.jobStore.end(holder, ending, 1)
        }
        model.apply(happening)
        const { state, attempt, failures, crashes } = db.jobs.get(id) ?? {}
        expect({ state, attempt, failures, crashes }, `after ${happening}`).toEqual({ ...model })
      }
      const pictures = db.pictures.ofJobs([id]).get(id) ?? []
      expect(pictures).toHaveLength(model.state === 'done' ? 1 : 0)
      for (const picture of pictures) {
        expect(await db.files.read(picture.file)).toHaveLength(picture.sizeBytes)
      }
      const entries = db.client.sqlite
        .prepare('SELECT kind FROM outbox WHERE delivery_id = ?')
        .pluck()
        .all(id)
      expect(entries).toEqual(isFinal(model.state) ? ['open', 'settle'] : ['open'])
      // The next life begins with no job and no file, or a reboot would concern the earlier ones too.
      const { files } = await db.write(() => {
        const removed = db.pictures.removeOfJob(id)
        db.jobs.purge(id)
        return removed
      })
      await db.discard(files)
    }),
    { numRuns: lives, seed, verbose: 1 },
  )
  process.stdout.write(`job lives: ${jobs} agree with the model, SEED=${seed}\n`)
  expect(db.client.sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
})
