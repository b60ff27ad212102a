/**
 * A server that paints without a rest: it holds no more files, threads, log and memory in use in the end than when it was warm.
 * Memory in use is measured after all heaps were collected. When V8 collects on its own depends on the load of the machine.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { packageRoot } from '../../src/system/paths.ts'
import { EventReader } from '../bots/web/event-reader.ts'
import { HttpPerson } from '../bots/web/http-person.ts'
import { ServerProcess } from '../helpers/processes/server-process.ts'

const minutes = Number(process.env.EASEL_SOAK_MINUTES ?? 0)
/** Pictures until everything has been used once, and at least so many afterwards. */
const warmUp = 15
const atLeast = 30
/** Connections that a browser keeps for a while. */
const fileSlack = 6
/** SQLite empties its log at 1,000 pages of 4 kB; a transaction on top of it. */
const logLimitBytes = 8 * 1024 * 1024
/** Of a rise of memory in use by the hour, of all resident memory, once so long has been measured that it can be told from noise. */
const risePerHour = 0.01
const leastMinutesForRise = 30
/** Pictures between two collections of all heaps, and the short form's. */
const collectEvery = minutes > 0 ? 250 : 15
const collectGarbage = pathToFileURL(join(packageRoot, 'test/helpers/processes/collect-garbage.mjs')).href

let server: ServerProcess
beforeEach(() => {
  server = new ServerProcess('logLevel: error', { NODE_OPTIONS: `--import ${collectGarbage}` })
})
afterEach(() => server.dispose())

interface Sample {
  atMs: number
  files: number
  threads: number
  residentBytes: number
  /** What of it is of no file (proc_pid_status(5), RssAnon): heaps, which mapped weights that leave memory must not hide. */
  anonymousBytes: number
  logBytes: number
}

function sample(): Sample {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  const log = join(server.dataDir, 'easel.sqlite-wal')
  return {
    atMs: performance.now(),
    files: readdirSync(`/proc/${server.pid}/fd`).length,
    threads: of('Threads'),
    residentBytes: of('VmRSS') * 1024,
    anonymousBytes: of('RssAnon') * 1024,
    logBytes: existsSync(log) ? statSync(log).size : 0,
  }
}

type Memory = 'residentBytes' | 'anonymousBytes'

/**
 * By how much of all resident memory `memory` rises in an hour: least squares over the lowest of each twentieth, the first
 * third left out.
 */
function rise(samples: readonly Sample[], memory: Memory): number {
  const size = Math.ceil(samples.length / 20)
  const lows = Array.from({ length: Math.floor(samples.length / size) }, (_, i) => {
    const part = samples.slice(i * size, (i + 1) * size)
    return part.reduce((low, one) => (one[memory] < low[memory] ? one : low))
  }).slice(7)
  const mean = (of: (one: Sample) => number) => lows.reduce((sum, one) => sum + of(one), 0) / lows.length
  const hours = (one: Sample) => one.atMs / 3_600_000
  const [meanHours, meanBytes] = [mean(hours), mean(one => one[memory])]
  const slope =
    mean(one => (hours(one) - meanHours) * (one[memory] - meanBytes)) /
    mean(one => (hours(one) - meanHours) ** 2)
  return slope / mean(one => one.residentBytes)
}

test.runIf(existsSync('/proc/self/fd'))(
  'nothing grows while it paints',
  { timeout: (minutes + 5) * 60_000 },
  async () => {
    await server.start()
    const ada = new HttpPerson(() => server.url)
    const page = new EventReader(await ada.gets('/live'))
    const paint = async () => {
      await ada.imagines(`a red circle --steps 2 --seed ${samples.length}`)
      for (;;) {
        const event = await page.next()
        if (event === undefined) throw new Error('the stream ended')
        if (event.data.includes('"done"')) break
      }
      const taken = sample()
      samples.push(taken)
      return taken
    }
    const samples: Sample[] = []
    const collected: Sample[] = []
    const startedMs = performance.now()
    while (samples.length < warmUp + atLeast || performance.now() - startedMs < minutes * 60_000) {
      await paint()
      if (samples.length % collectEvery !== 0) continue
      server.kill('SIGUSR2')
      // Every thread has its turn for a picture, and collects before.
      collected.push(await paint())
    }
    await page.cancel()

    const [warm, last] = [samples[warmUp - 1], samples.at(-1)]
    const [firstCollected, lastCollected] = [collected[0], collected.at(-1)]
    if (!warm || !last || !firstCollected || !lastCollected) throw new Error('nothing was measured')
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
    const change = (memory: Memory) =>
      `${megabytes(firstCollected[memory])} to ${megabytes(lastCollected[memory])}` +
      (minutes > 0 ? ` (${(100 * rise(collected, memory)).toFixed(2)} % an hour)` : '')
    const most = Math.max(...samples.map(one => one.anonymousBytes))
    const log = Math.max(...samples.map(one => one.logBytes))
    process.stdout.write(
      `soak: ${samples.length} pictures in ${((last.atMs - startedMs) / 60_000).toFixed(1)} min; from warm to the end: ` +
        `files ${warm.files} to ${last.files}, threads ${warm.threads} to ${last.threads}, ` +
        `memory after a collection ${change('residentBytes')}, of no file ${change('anonymousBytes')}, ` +
        `at most ${megabytes(most)} between collections; ` +
        `SQLite's log at most ${megabytes(log)}\n`,
    )
    expect(last.files).toBeLessThanOrEqual(warm.files + fileSlack)
    expect(last.threads).toBeLessThanOrEqual(warm.threads)
    expect(log).toBeLessThan(logLimitBytes)
    if (minutes < leastMinutesForRise) return
    expect(rise(collected, 'residentBytes')).toBeLessThan(risePerHour)
    expect(rise(collected, 'anonymousBytes')).toBeLessThan(risePerHour)
  },
)
