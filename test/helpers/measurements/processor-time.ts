/** What something costs this process, in units of a fixed piece of work that runs in turns with it: the speed of the machine and what else it does cancel out. */
import { existsSync, readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'

/** A collection of garbage, a compilation or a busy neighbour makes single turns dearer. */
const maxTurns = 12

/**
 * The cost of `run`, as a multiple of the unit: about milliseconds of processor time on a server's core of 2026.
 *
 * The least of as many turns as it takes to come to `enough`. A unit runs before and after each.
 */
export async function leastUnits(enough: number, run: () => unknown): Promise<number> {
  return leastUnitsOf(enough, async () => {
    const before = processMs()
    await run()
    return processMs() - before
  })
}

/** The same of the main thread alone, which other threads of the process do not disturb. `run` is synchronous. */
export function leastMainThreadUnits(enough: number, run: () => void): Promise<number> {
  return leastUnitsOf(enough, () => {
    const before = mainThreadMs(process.pid)
    run()
    return mainThreadMs(process.pid) - before
  })
}

/** The same of a cost that the caller measures, in milliseconds of processor time. */
export async function leastUnitsOf(enough: number, costMs: () => number | Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < maxTurns && least > enough; turn++) {
    const before = unitMs()
    const ms = await costMs()
    least = Math.min(least, ms / Math.min(before, unitMs()))
    // The event loop does what is waiting, outside what is measured.
    await setImmediate()
  }
  return least
}

/** 150,000 characters: a millisecond on an AMD EPYC of 2026 with Node 20. */
const unitText = 'a cat in a hat '.repeat(10_000)

/** What one unit takes now: a walk over a text, as readers of texts do it. */
function unitMs(): number {
  const before = processMs()
  let sum = 0
  for (let i = 0; i < unitText.length; i++) sum = (sum * 31 + unitText.charCodeAt(i)) | 0
  if (sum === 0.5) throw new Error('The sum of the unit is a whole number.')
  return processMs() - before
}

/** Milliseconds that this process has had so far. */
function processMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Milliseconds that the main thread of a process has had so far, in steps of up to 4 ms; 0 where the system does not tell of threads. */
export function mainThreadMs(pid: number): number {
  const file = `/proc/${pid}/task/${pid}/schedstat`
  // The first number is the time on a processor in nanoseconds (Documentation/scheduler/sched-stats.rst).
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6 : 0
}
