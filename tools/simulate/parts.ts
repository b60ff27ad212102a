/** The parts of a simulation: which days it plays, as a table, and what its chart shows of them. */
import { hourMs } from '../../src/common/durations.ts'
import type { Section } from '../bench/report.ts'
import { percent } from '../bench/report.ts'
import type { Chart } from './charts.ts'
import { sampleMs } from './day-record.ts'
import { policies } from './policies.ts'
import { type Day, type DayOptions, simulateDay } from './simulate-day.ts'
import { firstHour } from './workload.ts'

export interface PlayedDay {
  readonly label: string
  readonly options: DayOptions
  readonly day: Day
}

interface Part {
  readonly title: string
  /** The days to play, each a change of the day that was asked for. */
  days(base: DayOptions): { label: string; options: DayOptions }[]
  chart(played: readonly PlayedDay[]): Omit<Chart, 'title'>
}

/** People who ask for at most so many jobs in the day are called light, those who ask for at least so many heavy. */
export const lightJobs = 10
export const heavyJobs = 50

export const parts = {
  day: {
    title: 'A day: jobs that arrive, and jobs that wait',
    days: base => [{ label: 'day', options: base }],
    chart: ([played]) => ({
      kind: 'line',
      labelsName: 'hour of the day',
      labels: Array.from({ length: 24 }, (_, i) => `${(firstHour + i) % 24}`),
      valuesName: 'jobs',
      series: played
        ? [
            { name: 'arrive in the hour', values: arrivalsByHour(played.day) },
            {
              name: 'wait at its end',
              values: Array.from(
                { length: 24 },
                (_, i) => played.day.record.queueLengths[((i + 1) * hourMs) / sampleMs] ?? 0,
              ),
            },
          ]
        : [],
    }),
  },
  policies: {
    title: 'Policies: 95 % of jobs wait at most this long',
    days: base => policies.map(policy => ({ label: policy.name, options: { ...base, policy } })),
    chart: played => ({
      kind: 'bar',
      labelsName: 'policy',
      labels: played.map(({ label }) => label),
      valuesName: 'minutes',
      series: waitSeries(played),
    }),
  },
  loads: {
    title: 'Load: 95 % of jobs wait at most this long',
    days: base =>
      [0.2, 0.3, 0.4, 0.5, 0.6, 0.7].map(load => ({ label: percent(load), options: { ...base, load } })),
    chart: played => ({
      kind: 'line',
      labelsName: 'work that arrives in the day, of what the devices can paint in it',
      labels: played.map(({ label }) => label),
      valuesName: 'minutes',
      series: waitSeries(played),
    }),
  },
  devices: {
    title: 'Devices at one load each: 95 % of jobs wait at most this long',
    days: base =>
      [1, 4, 16, 64, 250, 1000].map(devices => ({ label: `${devices}`, options: { ...base, devices } })),
    chart: played => ({
      kind: 'line',
      labelsName: 'devices',
      labels: played.map(({ label }) => label),
      valuesName: 'minutes',
      series: waitSeries(played),
    }),
  },
} as const satisfies Record<string, Part>

export type PartName = keyof typeof parts
export const partNames = Object.keys(parts).filter(isPartName)

export function isPartName(name: string): name is PartName {
  return Object.hasOwn(parts, name)
}

export async function playPart(
  name: PartName,
  base: DayOptions,
): Promise<{ section: Section; chart: Chart; played: readonly PlayedDay[] }> {
  const part: Part = parts[name]
  const played: PlayedDay[] = []
  for (const { label, options } of part.days(base))
    played.push({ label, options, day: await simulateDay(options) })
  return {
    section: sectionOf(name, part.title, played),
    chart: { title: part.title, ...part.chart(played) },
    played,
  }
}

function sectionOf(name: string, title: string, played: readonly PlayedDay[]): Section {
  return {
    name,
    title,
    columns: [
      name,
      'devices',
      'people',
      'jobs',
      'done',
      'left',
      'p50',
      'p95',
      'light p95',
      'heavy p95',
      'longest',
      'fairness',
      'busy',
      'exchanges',
      'CPU/job',
    ],
    rows: played.map(({ label, options, day }) => {
      const { record, people, waiting, running, utilisation, totals, cpuMsPerJob } = day
      const all = record.waits()
      return [
        label,
        options.devices,
        people,
        record.arrived,
        record.done,
        waiting + running,
        minutes(all.p50Ms),
        minutes(all.p95Ms),
        minutes(record.waits({ atMost: lightJobs }).p95Ms),
        minutes(record.waits({ atLeast: heavyJobs }).p95Ms),
        minutes(all.maxMs),
        record.fairness?.toFixed(2) ?? '–',
        percent(utilisation),
        totals.exchanges,
        `${cpuMsPerJob.toFixed(2)} ms`,
      ]
    }),
    notes: [
      `Waits in minutes. Light: at most ${lightJobs} jobs in the day; heavy: at least ${heavyJobs}. Left: waiting or running at its end.`,
      'Fairness: Jain’s index of the device time of those who wait a whole hour, mean over such hours; 1 is equal shares.',
      'Busy: of all device time, exchanges of models among it. CPU/job: the whole simulation’s, on this machine.',
    ],
    figures: Object.fromEntries(
      played.flatMap(({ label, day }) => [
        [`${label}.p50Ms`, day.record.waits().p50Ms],
        [`${label}.p95Ms`, day.record.waits().p95Ms],
        [`${label}.fairness`, day.record.fairness ?? Number.NaN],
        [`${label}.utilisation`, day.utilisation],
        [`${label}.exchanges`, day.totals.exchanges],
      ]),
    ),
  }
}

function waitSeries(played: readonly PlayedDay[]): Chart['series'] {
  const values = (which: { atMost?: number; atLeast?: number }) =>
    played.map(({ day }) => day.record.waits(which).p95Ms / 60_000)
  return [
    { name: 'all', values: values({}) },
    { name: `people with at most ${lightJobs} jobs`, values: values({ atMost: lightJobs }) },
    { name: `people with at least ${heavyJobs} jobs`, values: values({ atLeast: heavyJobs }) },
  ]
}

function arrivalsByHour({ arrivals }: Day): number[] {
  const counts = new Array<number>(24).fill(0)
  for (const { atMs } of arrivals) {
    const hour = Math.floor(atMs / hourMs)
    counts[hour] = (counts[hour] ?? 0) + 1
  }
  return counts
}

function minutes(ms: number): string {
  return (ms / 60_000).toFixed(1)
}
