import { afterEach, describe, expect, test } from 'vitest'
import { FakeWorkers } from '../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

let t: TestEasel
afterEach(() => t.dispose())

/** All waiting jobs have the places 1 … n, in the order in which the queue lists them. */
function expectPlaces(queue = t.queue()): void {
  const waiting = queue.filter(job => job.state === 'queued')
  expect(waiting.map(job => job.place)).toEqual(waiting.map((_, i) => i + 1))
}

describe('two hundred jobs of five people', () => {
  test('are served fairly, with every place right at every moment', async () => {
    t = await buildTestEasel({ devices: [new FakeWorkers({ mode: 'by-hand' })] })
    const people = ['ada', 'ben', 'cy', 'dee', 'eve']
    const authors = new Map<string, string>()
    // The worst order for the later ones: each asks for all forty at once.
    for (const person of people) {
      for (let i = 0; i < 40; i++)
        authors.set((await t.ask(`${person} ${i}`, t.callerNamed(person))).id, person)
      expectPlaces()
    }

    const served: string[] = []
    await t.until(() => t.workers.underway.length === 1)
    let queue = t.queue()
    for (let i = 0; i < 200; i++) {
      const before = new Map(queue.map(job => [job.id, job]))
      const running = queue.find(job => job.state === 'running')
      served.push(authors.get(running?.id ?? '') ?? '')
      t.workers.current.finish()
      await t.until(() => t.find(running?.id ?? '')?.state === 'done')
      await t.until(() => t.workers.underway.length === 1 || i === 199)
      queue = t.queue()
      expectPlaces(queue)
      // Nobody new came, so whoever stood at place n now stands at n - 1.
      for (const job of queue) {
        const earlier = before.get(job.id)?.place
        if (job.state === 'queued' && earlier !== undefined) expect(job.place).toBe(earlier - 1)
        if (job.state === 'running') expect(earlier).toBe(1)
      }
    }

    // A fair share of five is one in five: in any ten that are served, everybody is, and nobody more than twice that.
    for (let from = 1; from + 10 <= 200; from++) {
      for (const person of people) {
        const share = served.slice(from, from + 10).filter(name => name === person).length
        expect(share, `${person} in ${from}…${from + 9}`).toBeGreaterThanOrEqual(1)
        expect(share, `${person} in ${from}…${from + 9}`).toBeLessThanOrEqual(4)
      }
    }
  })

  test('across platforms, and with several devices', async () => {
    const devices = [new FakeWorkers({ device: 'a' }), new FakeWorkers({ device: 'b' })]
    t = await buildTestEasel({ devices })
    for (let i = 0; i < 30; i++) await t.ask(`web ${i}`)
    const slack = {
      person: { platform: 'slack' as const, spaceId: 'T1', userId: 'U1', name: 'Sal' },
      conversation: {
        platform: 'slack' as const,
        spaceId: 'T1',
        channelId: 'C1',
        kind: 'channel' as const,
        audience: 'space' as const,
      },
    }
    const { id } = await t.ask('slack', t.caller(slack))
    const place = t.job(id).place ?? 0
    expect(place).toBeLessThanOrEqual(2)
    await t.until(() => t.queue().length === 0)
    expect(new Set(devices.map(({ runs }) => runs.length > 5))).toEqual(new Set([true]))
  })
})
