/** The process is gone just before its k-th statement, for every k: after the next start each request is one message. */
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FakeCourier } from '../fakes/fake-courier.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'
import { noLimit, withinRoundLimit } from '../helpers/random/round-limit.ts'

/** Once dead, a process runs no statement and sends nothing any more. */
class Death {
  #left = Number.POSITIVE_INFINITY
  dead = false

  arm(k: number): void {
    this.#left = k
  }

  revive(): void {
    this.#left = Number.POSITIVE_INFINITY
    this.dead = false
  }

  readonly beforeStatement = (sql: unknown): void => {
    // What SQLite does by itself when it finds an unfinished transaction.
    if (sql === 'ROLLBACK') return
    this.#left -= 1
    this.dead ||= this.#left <= 0
    if (this.dead) throw new Error('this process is gone')
  }
}

class MortalCourier extends FakeCourier {
  constructor(death: Death) {
    super()
    this.failBefore = () => (death.dead ? new Error('this process is gone') : undefined)
  }
}

/** False when the story was over before its k-th statement. */
async function story(k: number): Promise<boolean> {
  const death = new Death()
  const courier = new MortalCourier(death)
  const t = await buildTestEasel({
    couriers: [courier],
    parts: { beforeStatement: death.beforeStatement },
  })
  try {
    death.arm(k)
    const caller = t.caller()
    const asked = await t.easel.imagine({ prompt: 'a red circle' }, caller).catch(() => undefined)
    await restOrDeath(t, death)
    const died = death.dead
    t.crash()
    death.revive()
    await t.restart()
    await t.settled()
    if (asked?.kind !== 'accepted') {
      // Nobody was told that it is safe: the platform delivers the event again, and it must be one job all the same.
      await t.easel.imagine({ prompt: 'a red circle' }, caller)
      await t.settled()
    }
    const jobs = t.jobsIn(caller.conversation, 10)
    expect(
      jobs.map(({ state, pictures }) => [state, pictures.length]),
      `k=${k}`,
    ).toEqual([['done', 1]])
    const id = jobs[0]?.id ?? ''
    expect([...courier.messages.keys()], `k=${k}`).toEqual([id])
    expect(courier.messages.get(id), `k=${k}`).toMatchObject({ posts: 1, job: { state: 'done' } })
    expect(t.workers.runs.length, `k=${k}`).toBeLessThanOrEqual(2)
    expect(await t.built.db.files.list(), `k=${k}`).toHaveLength(1)
    expect(t.built.db.client.sqlite.pragma('integrity_check', { simple: true })).toBe('ok')
    return died
  } finally {
    await t.dispose()
  }
}

async function restOrDeath(t: TestEasel, death: Death): Promise<void> {
  const isOver = () => death.dead || (t.queue().length === 0 && t.built.db.outbox.pending().length === 0)
  const quietly = () => {
    try {
      return isOver()
    } catch {
      // The question itself was the last statement.
      return true
    }
  }
  while (!quietly()) await setImmediate()
  // What was under way comes to its end, without effect: a real death would not leave it writing files.
  await t.built.drain(0)
}

/** One statement in so many is tried: every one in the long form. Where to begin differs from run to run, unless SEED names it. */
const stride = Number(process.env.EASEL_STATEMENT_STRIDE) || 4
const seed = Number(process.env.SEED) || Date.now() % 2 ** 31

test(`at statement ${1 + (seed % stride)} and every ${stride} after it: nothing lost, nothing twice (seed ${seed})`, {
  timeout: noLimit,
}, async () => {
  let k = 1 + (seed % stride)
  let stories = 0
  for (; await withinRoundLimit(`statement ${k}`, story(k)); k += stride) stories += 1
  process.stdout.write(`crash points: ${stories} of ${k} tried\n`)
  expect(k).toBeGreaterThan(20)
})
