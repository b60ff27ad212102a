/** A day of arrivals through the real pool on virtual time. */
import { dayMs } from '../../src/common/durations.ts'
import { Pool } from '../../src/engine/jobs/pool.ts'
import { countNothing, jobSizeOf } from '../../src/engine/jobs/times/job-size.ts'
import { type Arrival, arrivalsOf } from './arrivals.ts'
import { Chance } from './chance.ts'
import { DayRecord, sampleMs } from './day-record.ts'
import { DeviceHost, type DeviceTotals } from './device-host.ts'
import { MemoryStore } from './memory-store.ts'
import { orderOf } from './orders.ts'
import type { Policy } from './policies.ts'
import { silentLog } from './silent-log.ts'
import { VirtualClock } from './virtual-clock.ts'
import { type DeviceTimes, meanJobMs, meanJobsPerRequest, steps } from './workload.ts'

export interface DayOptions {
  devices: number
  /** Work that arrives in the day, without exchanges of models, over what the devices could paint in it. */
  load: number
  requestsPerPerson: number
  models: number
  seed: number
  times: DeviceTimes
  policy: Policy
}

export interface Day {
  readonly record: DayRecord
  readonly people: number
  readonly arrivals: readonly Arrival[]
  readonly totals: DeviceTotals
  /** Jobs that the pool has waiting and running at the day's end. */
  readonly waiting: number
  readonly running: number
  /** Busy device time over all device time. */
  readonly utilisation: number
  /** Processor time of the whole simulation for each job. It depends on the machine. */
  readonly cpuMsPerJob: number
}

/** The number of people who bring that load. */
export function peopleOf({ devices, load, requestsPerPerson, times }: DayOptions): number {
  const jobsPerDevice = dayMs / meanJobMs(times)
  const jobsPerPerson = requestsPerPerson * meanJobsPerRequest()
  return Math.max(1, Math.round((load * devices * jobsPerDevice) / jobsPerPerson))
}

export function simulateDay(options: DayOptions): Promise<Day> {
  const people = peopleOf(options)
  return playArrivals(arrivalsOf({ ...options, people }), people, options)
}

/** The arrivals in their order, each of one of so many people. */
export async function playArrivals(
  arrivals: readonly Arrival[],
  people: number,
  { devices, times, policy, seed }: Pick<DayOptions, 'devices' | 'times' | 'policy' | 'seed'>,
): Promise<Day> {
  const clock = new VirtualClock()
  const record = new DayRecord(people)
  const totals: DeviceTotals = { busyMs: 0, exchangeMs: 0, exchanges: 0 }
  const chance = new Chance(seed)
  const store = new MemoryStore({
    onClaim: jobId => {
      const arrival = arrivals[Number(jobId)]
      if (arrival) record.start(arrival.person, arrival.atMs, clock.monotonicMs(), workMs(arrival, times))
    },
    onDone: () => record.end(),
  })
  const pool = new Pool({
    devices: Array.from({ length: devices }, (_, i) => {
      const device = `simulated:${i}`
      return {
        name: device,
        openHost: () => new DeviceHost({ device, clock, times, totals, paint: () => [] }),
      }
    }),
    store,
    clock,
    random: { uint32: () => Math.floor(chance.uniform() * 2 ** 32) },
    log: silentLog,
    maxWaitMs: 0,
    onChange: () => {},
    onHung: () => {},
  })
  const add = (seq: number, arrival: Arrival) => {
    const order = orderOf(arrival)
    const jobId = `${seq}`
    store.add(jobId, order)
    record.arrive(arrival.person, clock.monotonicMs())
    const waiting = {
      jobId,
      personId: arrival.person,
      priority: 0,
      seq,
      waitedMs: 0,
      ...jobSizeOf(order, countNothing),
    }
    pool.add(policy.seen(waiting))
  }

  const before = process.cpuUsage()
  scheduleArrivals(clock, arrivals, add)
  scheduleSamples(clock, record)
  pool.start()
  await clock.runUntil(dayMs)
  const { user, system } = process.cpuUsage(before)
  return {
    record,
    people,
    arrivals,
    totals,
    waiting: pool.waiting,
    running: pool.running().length,
    utilisation: totals.busyMs / (devices * dayMs),
    cpuMsPerJob: (user + system) / 1000 / Math.max(1, arrivals.length),
  }
}

/** On a device that has its model. */
function workMs({ pictures, isRefined }: Arrival, { stepMs, overheadMs }: DeviceTimes): number {
  return pictures * ((steps.base + (isRefined ? steps.refiner : 0)) * stepMs + overheadMs)
}

/** One timer at a time, so that they do not fill the clock. */
function scheduleArrivals(
  clock: VirtualClock,
  arrivals: readonly Arrival[],
  add: (seq: number, arrival: Arrival) => void,
  next = 0,
): void {
  const arrival = arrivals[next]
  if (!arrival) return
  clock.after(arrival.atMs - clock.monotonicMs(), () => {
    add(next, arrival)
    scheduleArrivals(clock, arrivals, add, next + 1)
  })
}

function scheduleSamples(clock: VirtualClock, record: DayRecord): void {
  record.sample()
  clock.after(sampleMs, () => scheduleSamples(clock, record))
}
