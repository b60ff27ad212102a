/** The k-th SQL statement fails, once or from then on, for every k: nothing is half done, and nothing is lost. */
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'
import { noLimit, withinRoundLimit } from '../helpers/random/round-limit.ts'

/** Throws at the k-th statement after `arm`, and, if `persistent`, at each one until `mend`. */
class FailingStatements {
  #armed = false
  #left = 0
  #persistent = false
  failed = false

  arm(k: number, persistent: boolean): void {
    this.#armed = true
    this.#left = k
    this.#persistent = persistent
  }

  mend(): void {
    this.#armed = false
  }

  readonly hook = (sql: unknown): void => {
    // Rolling back needs no room on the disk and no write.
    if (!this.#armed || sql === 'ROLLBACK') return
    this.#left -= 1
    if (this.#left > 0) return
    this.failed = true
    this.#armed = this.#persistent
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' })
  }
}

/** Lets time pass until everything is over: pauses between tries are on the fake clock. */
async function comeToRest(t: TestEasel): Promise<void> {
  for (;;) {
    await t.built.delivered()
    if (t.queue().length === 0 && t.built.db.outbox.pending().length === 0) return
    await turns(50)
    // Slowly: what really takes time, writing files, must not look like silence.
    t.clock.advance(500)
  }
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate()
}

/** Twice is enough to see that one failure does not poison the next request. */
async function story(k: number, persistent: boolean): Promise<boolean> {
  const statements = new FailingStatements()
  const t = await buildTestEasel({ parts: { beforeStatement: statements.hook } })
  try {
    const before = await t.paint('before')
    statements.arm(k, persistent)
    const caller = t.caller()
    const asked = await t.easel.imagine({ prompt: 'during' }, caller).catch(() => undefined)
    await turns(10)
    statements.mend()
    await comeToRest(t)

    // The platform delivers the event again, as they do when they were not answered.
    const again = await t.easel.imagine({ prompt: 'during' }, caller)
    await comeToRest(t)
    if (asked?.kind === 'accepted') expect(again.kind, `k=${k}`).toBe('duplicate')
    const [job] = again.kind === 'accepted' || again.kind === 'duplicate' ? again.jobs : []
    const after = await t.ask('after')
    await comeToRest(t)
    for (const id of [before.id, job?.id ?? '', after.id]) {
      expect(t.find(id)?.state, `k=${k} ${id}`).toBe('done')
      expect(t.courier.messages.get(id), `k=${k} ${id}`).toMatchObject({ posts: 1, job: { state: 'done' } })
    }
    expect(t.built.db.client.sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(t.jobsIn(caller.conversation, 100)).toHaveLength(3)
    return statements.failed
  } finally {
    await t.dispose()
  }
}

/** One statement in so many is tried: 1 in the long form. Where to begin differs from run to run, unless SEED names it. */
const stride = Number(process.env.EASEL_STATEMENT_STRIDE) || 4
const seed = Number(process.env.SEED) || Date.now() % 2 ** 31

describe.each([
  ['once', false],
  ['from then on, until the disk is mended', true],
])('a statement fails %s', (name, persistent) => {
  test(`statement ${1 + (seed % stride)} and every ${stride} after it: one job, one message, done (seed ${seed})`, {
    timeout: noLimit,
  }, async () => {
    let k = 1 + (seed % stride)
    let stories = 0
    for (; await withinRoundLimit(`statement ${k}`, story(k, persistent)); k += stride) stories += 1
    process.stdout.write(`failing statements: ${name}, ${stories} of ${k} tried\n`)
    // The story is long enough to have something to fail at.
    expect(k).toBeGreaterThan(20)
  })
})
