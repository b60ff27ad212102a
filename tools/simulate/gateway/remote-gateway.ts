/**
 * What a job costs the gateway whose devices are on another machine: a whole Easel over a real Redis, in real time. The machine and
 * Redis are processes of their own, so the processor time of this process is that of the gateway.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Gateway } from '../../../src/remote/gateway/gateway.ts'
import { RemoteDevices } from '../../../src/remote/gateway/remote-devices.ts'
import { systemClock, systemIds } from '../../../src/system/system-ports.ts'
import { version } from '../../../src/system/version.ts'
import { duration, type Section } from '../../bench/report.ts'
import type { LendingSettings } from './lend-devices.ts'
import { connectLocally, startLocalRedis } from './local-redis.ts'
import { startSimulatedEasel, stepsPerJob } from './simulated-easel.ts'

export interface RemoteGatewayOptions {
  devices: number
  seed: number
  /** Jobs of a turn, and how many turns are measured. */
  jobs: number
  turns: number
  pictureBytes: number
}

const stepMs = 50
/**
 * Jobs that are not measured, of a machine that paints faster. V8 compiles all that while: a gateway that has just started takes twice
 * as long for a job, half of it in V8's own threads. After so many jobs no turn is lower than the last for that reason.
 */
const warmUp = { jobs: 2400, stepMs: 2 }
/** Jobs under way for each device: one that it paints, and some that wait. */
const jobsPerDevice = 5
const pictureSizes = [4096, 1_400_000]

/** @throws Error when a job is not accepted, or there is no redis-server. */
export async function remoteGatewaySection(
  options: Pick<RemoteGatewayOptions, 'devices' | 'seed'>,
): Promise<Section> {
  const rows: (string | number)[][] = []
  const figures: Record<string, number> = {}
  for (const pictureBytes of pictureSizes) {
    const turns = await measureRemoteGateway({ ...options, jobs: 200, turns: 3, pictureBytes })
    const meanMs = turns.reduce((sum, each) => sum + each, 0) / turns.length
    const size = `${(pictureBytes / 1000).toFixed(0)} kB`
    rows.push([size, options.devices, duration(Math.min(...turns)), duration(meanMs)])
    figures[`${size}.bestCpuMsPerJob`] = Math.min(...turns)
    figures[`${size}.meanCpuMsPerJob`] = meanMs
  }
  return {
    name: 'remote-gateway',
    title: 'The gateway: what a job costs it whose devices are on another machine, over a real Redis',
    columns: ['picture', 'devices', 'CPU, best turn', 'mean of the turns'],
    rows,
    notes: [
      `For each job of ${stepsPerJob} steps of ${stepMs} ms: processor time of the gateway's process, the system's among it; on this machine.`,
    ],
    figures,
  }
}

/** Processor time of a job in milliseconds, of each turn. */
export async function measureRemoteGateway(options: RemoteGatewayOptions): Promise<number[]> {
  const { devices, jobs, turns, seed } = options
  const redis = await startLocalRedis()
  const line = new Line(devices * jobsPerDevice)
  const easel = await startSimulatedEasel({
    clock: systemClock,
    seed,
    devices: [],
    onMessage: () => {},
    onResult: () => line.leave(),
  })
  const models = easel.models.map(({ name, hash }) => ({ name, hash }))
  const end = connectLocally(redis.port)
  let remote: RemoteDevices | undefined
  const gateway = new Gateway({
    ...end,
    ids: systemIds,
    version,
    weight: 1,
    onMachines: found => remote?.update(found),
  })
  remote = new RemoteDevices({ gateway, pool: easel.built.pool, models, onEvent: () => {} })
  gateway.start()
  const paint = async (count: number) => {
    for (let job = 0; job < count; job++) {
      await line.enter()
      await easel.ask()
    }
    await line.empty()
    await easel.built.delivered()
  }
  const lent = { ...options, port: redis.port, models }
  let stopLending = lend({ ...lent, stepMs: warmUp.stepMs })
  try {
    await paint(warmUp.jobs)
    await stopLending()
    stopLending = lend({ ...lent, stepMs })
    await paint(devices)
    const measured: number[] = []
    for (let turn = 0; turn < turns; turn++) {
      const before = process.cpuUsage()
      await paint(jobs)
      const { user, system } = process.cpuUsage(before)
      measured.push((user + system) / 1000 / jobs)
    }
    return measured
  } finally {
    await easel.close()
    await gateway.close()
    await stopLending()
    end.redis.disconnect()
    await redis.end()
  }
}

/** The jobs under way, no more than a limit. */
class Line {
  readonly #most: number
  #length = 0
  #changed: () => void = () => {}

  constructor(most: number) {
    this.#most = most
  }

  async enter(): Promise<void> {
    await this.#until(this.#most - 1)
    this.#length += 1
  }

  leave(): void {
    this.#length -= 1
    this.#changed()
  }

  empty(): Promise<void> {
    return this.#until(0)
  }

  async #until(length: number): Promise<void> {
    while (this.#length > length) {
      await new Promise<void>(resolve => {
        this.#changed = resolve
      })
    }
  }
}

/** Starts the machine; the returned function ends it. */
function lend(settings: LendingSettings): () => Promise<void> {
  const program = fileURLToPath(new URL('lend-devices.js', import.meta.url))
  const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  const gone = once(child, 'exit')
  return async () => {
    child.stdin.end()
    await gone
  }
}
