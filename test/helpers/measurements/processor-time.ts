/** What something costs this process in processor time: what other programs do meanwhile does not count. */
import { existsSync, readFileSync } from 'node:fs'

/** Milliseconds; the least of a few tries, since a collection of garbage or a compilation is not the work's own doing. */
export async function leastProcessorMs(enoughMs: number, run: () => unknown): Promise<number> {
  let leastMs = Number.POSITIVE_INFINITY
  for (let i = 0; i < 4 && leastMs > enoughMs; i++) leastMs = Math.min(leastMs, await processorMs(run))
  return leastMs
}

/** The same of the main thread alone, which other threads of the process do not disturb. `run` is synchronous. */
export function leastMainThreadMs(enoughMs: number, run: () => void): number {
  let leastMs = Number.POSITIVE_INFINITY
  for (let i = 0; i < 4 && leastMs > enoughMs; i++) {
    const before = mainThreadMs(process.pid)
    run()
    leastMs = Math.min(leastMs, mainThreadMs(process.pid) - before)
  }
  return leastMs
}

async function processorMs(run: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Milliseconds that the main thread of a process has had so far; 0 where the system does not tell of threads. */
export function mainThreadMs(pid: number): number {
  const file = `/proc/${pid}/task/${pid}/schedstat`
  // The first number is the time on a processor in nanoseconds (Documentation/scheduler/sched-stats.rst).
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6 : 0
}
