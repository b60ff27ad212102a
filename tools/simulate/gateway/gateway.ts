/** What a job costs the gateway: a whole Easel on virtual time, with simulated devices of its own. */
import { statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { BuiltEasel } from '../../../src/app/build-easel.ts'
import { countOf, type WorkOrder } from '../../../src/engine/work-order.ts'
import { duration, type Section } from '../../bench/report.ts'
import { DeviceHost, type DeviceTotals } from '../device-host.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { maxWaiting, startSimulatedEasel } from './simulated-easel.ts'

export interface GatewayOptions {
  devices: number
  jobs: number
  /** Size of a picture's file. */
  pictureBytes: number
  seed: number
}

interface GatewayFigures {
  /** Processor time of the whole process, its file threads among it: in Easel, and in the system, which writes to the disk. */
  readonly userMsPerJob: number
  readonly systemMsPerJob: number
  readonly statementsPerJob: number
  readonly messagesPerJob: number
  readonly databaseBytesPerJob: number
}

const times = { stepMs: 200, overheadMs: 1000, exchangeMs: 8000 }
/** Jobs that are not measured, for each that is: until then JavaScript is still being compiled. */
const warmUpShare = 0.5

/** Bytes of a picture: next to nothing, and about what a PNG of 1024 × 1024 px has. */
const pictureSizes = [4096, 1_400_000]

/** @throws Error when a job is not accepted. */
export async function gatewaySection(options: Pick<GatewayOptions, 'devices' | 'seed'>): Promise<Section> {
  const rows: (string | number)[][] = []
  const figures: Record<string, number> = {}
  for (const pictureBytes of pictureSizes) {
    const measured = await measureGateway({ ...options, jobs: 600, pictureBytes })
    const { userMsPerJob, systemMsPerJob, statementsPerJob, messagesPerJob, databaseBytesPerJob } = measured
    const size = `${(pictureBytes / 1000).toFixed(0)} kB`
    rows.push([
      size,
      options.devices,
      duration(userMsPerJob),
      duration(systemMsPerJob),
      statementsPerJob.toFixed(0),
      messagesPerJob.toFixed(1),
      `${(databaseBytesPerJob / 1000).toFixed(1)} kB`,
    ])
    figures[`${size}.cpuMsPerJob`] = userMsPerJob + systemMsPerJob
    figures[`${size}.statementsPerJob`] = statementsPerJob
  }
  return {
    name: 'gateway',
    title: 'The gateway: what a job costs it, with a real database and 30 steps reported one by one',
    columns: ['picture', 'devices', 'CPU', 'of the system', 'statements', 'messages', 'database'],
    rows,
    notes: [
      'For each job: processor time of Easel, and of the system, which writes to the disk; on this machine.',
    ],
    figures,
  }
}

/** The look for paused devices is made every two seconds, not for a job, and virtual time passes while the disk writes. */
const pausesQuery = /from "paused_devices"$/

/** Statements are counted in a run of their own, because SQLite writes out each one for whoever counts it. */
export async function measureGateway(options: GatewayOptions): Promise<GatewayFigures> {
  const figures = await measureRun(options, false)
  const { statementsPerJob } = await measureRun(options, true)
  return { ...figures, statementsPerJob }
}

async function measureRun(options: GatewayOptions, countsStatements: boolean): Promise<GatewayFigures> {
  const gateway = await openGateway(options, countsStatements)
  try {
    const warmUpJobs = Math.ceil(options.jobs * warmUpShare)
    await gateway.paint(warmUpJobs)
    const before = gateway.counts()
    const cpuBefore = process.cpuUsage()
    await gateway.paint(options.jobs)
    const { user, system } = process.cpuUsage(cpuBefore)
    const after = gateway.counts()
    return {
      userMsPerJob: user / 1000 / options.jobs,
      systemMsPerJob: system / 1000 / options.jobs,
      statementsPerJob: (after.statements - before.statements) / options.jobs,
      messagesPerJob: (after.messages - before.messages) / options.jobs,
      databaseBytesPerJob: gateway.databaseBytes() / (options.jobs + warmUpJobs),
    }
  } finally {
    await gateway.close()
  }
}

async function openGateway({ devices, pictureBytes, seed }: GatewayOptions, countsStatements: boolean) {
  const clock = new VirtualClock()
  const totals: DeviceTotals = { busyMs: 0, exchangeMs: 0, exchanges: 0 }
  const counts = { statements: 0, messages: 0 }
  const file = new Uint8Array(pictureBytes)
  const paint = (order: WorkOrder) =>
    Array.from({ length: countOf(order) }, (_, i) => ({
      bytes: file,
      mediaType: 'image/png',
      widthPx: order.widthPx,
      heightPx: order.heightPx,
      seed: order.kind === 'upscale' ? 0 : order.seed + i,
    }))
  const { built, ask, close } = await startSimulatedEasel({
    clock,
    seed,
    devices: Array.from({ length: devices }, (_, i) => {
      const device = `simulated:${i}`
      return { name: device, openHost: () => new DeviceHost({ device, clock, times, totals, paint }) }
    }),
    ...(countsStatements && {
      beforeStatement: sql => {
        if (!pausesQuery.test(String(sql))) counts.statements += 1
      },
    }),
    onMessage: () => {
      counts.messages += 1
    },
  })

  return {
    counts: () => ({ ...counts }),
    /** Asks for so many jobs, as people find room in the line, and plays time on until all are delivered. */
    async paint(jobs: number) {
      for (let left = jobs; left > 0; ) {
        for (let i = 0; i < maxWaiting && left > 0; i++, left--) await ask()
        while (!isIdle(built)) await clock.runUntil(clock.monotonicMs() + times.stepMs, () => quiet(built))
      }
    },
    databaseBytes() {
      built.db.client.wipeLog()
      return statSync(built.db.client.sqlite.name).size
    },
    close,
  }
}

function isIdle({ easel, db }: BuiltEasel): boolean {
  const { running, waiting } = easel.queueLength()
  return running + waiting === 0 && db.outbox.pending().length === 0
}

/** Files and messages that are under way have come to their end. */
async function quiet(built: BuiltEasel): Promise<void> {
  await setImmediate()
  await built.delivered()
}
